module ecsconfig

go 1.21
