package main

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/jsii-runtime-go"
	ecscluster "github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster-go/cdkecsautoscaledcluster"
)

func TestTheExampleOfTheReadme(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String("readme")})
	stack := awscdk.NewStack(app, jsii.String("Readme"), nil)
	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), nil)
	taskDefinition := awsecs.NewEc2TaskDefinition(stack, jsii.String("TaskDefinition"), nil)
	taskDefinition.AddContainer(jsii.String("web"), &awsecs.ContainerDefinitionOptions{
		Image:                awsecs.ContainerImage_FromRegistry(jsii.String("nginx"), nil),
		MemoryReservationMiB: jsii.Number(256),
	})
	// The example of the README.
	app.Synth(nil)
}
