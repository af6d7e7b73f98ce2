package main

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
	ecscluster "github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster-go/cdkecsautoscaledcluster"
)

// messageOf tries what cannot work, and gives what the library says about it: ../languages.test.ts compares it, language by language.
func messageOf(body func()) (message string) {
	defer func() { message = fmt.Sprint(recover()) }()
	body()
	return
}

func TestWhatCannotWorkIsRefused(t *testing.T) {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Refused"), nil)
	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), nil)
	types := instanceTypes("t3.small")
	cluster := ecscluster.NewEcsAutoScaledCluster(stack, jsii.String("Orders"), &ecscluster.EcsAutoScaledClusterProps{Vpc: vpc})
	tier := func(name string, options *ecscluster.InstanceTierOptions) func() {
		return func() { cluster.AddTier(jsii.String(name), options) }
	}
	tier("general", &ecscluster.InstanceTierOptions{InstanceTypes: types})()
	template := ecscluster.NewNodeTemplate(stack, jsii.String("Template"), &ecscluster.NodeTemplateProps{InstanceTypes: types})
	agent := &ecscluster.AgentConfig{ContainerStopTimeout: awscdk.Duration_Millis(jsii.Number(500))}
	ecscluster.NewEcsAutoScaledCluster(stack, jsii.String("Empty"), &ecscluster.EcsAutoScaledClusterProps{Vpc: vpc})

	messages, err := json.Marshal(map[string]string{
		"aNegativeSize":        messageOf(tier("negative", &ecscluster.InstanceTierOptions{InstanceTypes: types, MaxCapacity: jsii.Number(-1)})),
		"aTemplateAndAField":   messageOf(tier("both", &ecscluster.InstanceTierOptions{Template: template, InstanceTypes: types})),
		"anUnknownTier":        messageOf(func() { cluster.Tier(jsii.String("compute")) }),
		"aShortTimeout":        messageOf(tier("short", &ecscluster.InstanceTierOptions{InstanceTypes: types, Agent: agent})),
		"aWrongName":           messageOf(func() { ecscluster.NodeLogDriver_Of(jsii.String("json file")) }),
		"aClusterWithoutTiers": messageOf(func() { app.Synth(nil) }),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("refused.json", messages, 0o600); err != nil {
		t.Fatal(err)
	}
}
