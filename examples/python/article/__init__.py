"""Three environments on Amazon ECS, with cdk-ecs-auto-scaled-cluster."""
