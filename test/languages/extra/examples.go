package main

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/jsii-runtime-go"
	ecscluster "github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster-go/cdkecsautoscaledcluster"
)

func before(app awscdk.App, id string) (awscdk.Stack, awsec2.Vpc, awsecs.Ec2TaskDefinition) {
	stack := awscdk.NewStack(app, jsii.String(id), nil)
	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), nil)
	taskDefinition := awsecs.NewEc2TaskDefinition(stack, jsii.String("TaskDefinition"), nil)
	taskDefinition.AddContainer(jsii.String("web"), &awsecs.ContainerDefinitionOptions{
		Image:                awsecs.ContainerImage_FromRegistry(jsii.String("nginx"), nil),
		MemoryReservationMiB: jsii.Number(256),
	})
	return stack, vpc, taskDefinition
}

func readme(app awscdk.App) {
	stack, vpc, taskDefinition := before(app, "Readme")
	// The example of the Readme.
}

func guide(app awscdk.App) {
	stack, vpc, _ := before(app, "Guide")
	// The example of the Guide.
}

func TestTheExamplesOfThePages(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String("examples")})
	readme(app)
	guide(app)
	app.Synth(nil)
}
