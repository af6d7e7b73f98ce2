package main

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
	ecscluster "github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster-go/cdkecsautoscaledcluster"
)

// messageOf tries what cannot work, and gives what the library says about it: ../languages.test.ts compares it, language by language.
func messageOf(body func()) (message string) {
	defer func() { message = fmt.Sprint(recover()) }()
	body()
	return
}

func TestAllKindsOfOptions(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String("options")})
	stack := awscdk.NewStack(app, jsii.String("Options"), nil)
	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), nil)
	values := map[string]*string{"zulu": jsii.String("3"), "mike": jsii.String("2"), "alpha": jsii.String("1")}
	cluster := ecscluster.NewEcsAutoScaledCluster(stack, jsii.String("Orders"), &ecscluster.EcsAutoScaledClusterProps{
		VolumeTags: &values,
		Volumes: &[]ecscluster.NodeVolume{
			ecscluster.NodeVolume_Root(&ecscluster.RootVolumeOptions{Throughput: jsii.Number(250), Size: awscdk.Size_Gibibytes(jsii.Number(100))}),
		},
		Sysctls: &[]ecscluster.Sysctl{
			ecscluster.Sysctl_Of(jsii.String("vm.max_map_count"), jsii.String("262144")),
			ecscluster.Sysctl_Somaxconn(jsii.Number(4096)),
		},
		Replacement: ecscluster.NodeReplacement_Rolling(&ecscluster.RollingReplacementOptions{
			CheckpointPercentages: jsii.Numbers(50, 100),
			MaxHealthyPercentage:  jsii.Number(110),
			MinHealthyPercentage:  jsii.Number(100),
		}),
		LogDrivers: &[]ecscluster.NodeLogDriver{ecscluster.NodeLogDriver_AWSLOGS(), ecscluster.NodeLogDriver_Of(jsii.String("acme"))},
		BootstrapSteps: &[]ecscluster.BootstrapStep{
			ecscluster.BootstrapStep_WriteFile(jsii.String("/etc/motd"), jsii.String("Grüße, \"you\" & $HOME\n"), &ecscluster.WriteFileStepOptions{
				Owner: jsii.String("root"),
				Mode:  jsii.String("0644"),
			}),
			ecscluster.BootstrapStep_InstallPackages(jsii.Strings("amazon-cloudwatch-agent", "amazon-efs-utils"), nil),
			ecscluster.BootstrapStep_EnableService(jsii.String("amazon-cloudwatch-agent"), nil),
		},
		Agent: &ecscluster.AgentConfig{
			LogMaxFileSize:     awscdk.Size_Mebibytes(jsii.Number(20)),
			InstanceAttributes: &values,
			Environment:        &map[string]*string{"ECS_ZULU": jsii.String("3"), "ECS_MIKE": jsii.String("2"), "ECS_ALPHA": jsii.String("1")},
		},
		Vpc: vpc,
	})
	cluster.AddTier(jsii.String("nightly"), &ecscluster.InstanceTierOptions{
		Purchase: ecscluster.PurchaseOption_Spot(nil),
		Schedules: &[]ecscluster.TierSchedule{
			ecscluster.TierSchedule_WorkingHours(&ecscluster.WorkingHoursOptions{TimeZone: jsii.String("Europe/Berlin")}),
		},
		InstanceTypes: instanceTypes("c7i.large", "c6i.large"),
	})
	topic := awssns.NewTopic(stack, jsii.String("Topic"), nil)
	cluster.AddAlarms(&ecscluster.ClusterAlarmsOptions{Topic: topic})
	cluster.AddDashboard(nil)

	existing := ecscluster.NewExistingCluster(stack, jsii.String("Shared"), &ecscluster.ExistingClusterProps{
		Tiers: &[]*ecscluster.InstanceTierProps{
			{Name: jsii.String("general"), InstanceTypes: instanceTypes("t3.small")},
		},
		CapacityProviders: ecscluster.ClusterProviders_Keep(jsii.Strings("batch"), &ecscluster.KeptProvidersOptions{
			DefaultStrategy: &[]*awsecs.CapacityProviderStrategy{
				{Weight: jsii.Number(1), CapacityProvider: jsii.String("batch")},
			},
		}),
		Vpc:         vpc,
		ClusterName: jsii.String("shared"),
	})
	existing.AddTier(jsii.String("compute"), &ecscluster.InstanceTierOptions{
		ZonalShift:                     jsii.Bool(true),
		AzCapacityDistributionStrategy: awsautoscaling.CapacityDistributionStrategy_BALANCED_ONLY,
		DeletionProtection:             awsautoscaling.DeletionProtection_PREVENT_FORCE_DELETION,
		TerminationPolicies: &[]awsautoscaling.TerminationPolicy{
			awsautoscaling.TerminationPolicy_NEWEST_INSTANCE,
			awsautoscaling.TerminationPolicy_DEFAULT,
		},
		Notifications: &[]*awsautoscaling.NotificationConfiguration{
			{ScalingEvents: awsautoscaling.ScalingEvents_ERRORS(), Topic: topic},
		},
		ManagedScaling: &ecscluster.ManagedScalingOptions{
			MaximumScalingStepSize: jsii.Number(5),
			InstanceWarmupPeriod:   awscdk.Duration_Minutes(jsii.Number(2)),
		},
		AutoScalingGroupName: jsii.String("shared-compute"),
		Hardware:             &ecscluster.NodeHardware{ThreadsPerCore: jsii.Number(1), CoreCount: jsii.Number(1)},
		InstanceTypes:        instanceTypes("c7i.large"),
	})
	existing.AddTier(jsii.String("flexible"), &ecscluster.InstanceTierOptions{
		InstanceRequirements: &awsec2.InstanceRequirementsConfig{
			MemoryMin:    awscdk.Size_Gibibytes(jsii.Number(4)),
			VCpuCountMin: jsii.Number(2),
		},
	})
	task := awsecs.NewEc2TaskDefinition(stack, jsii.String("Task"), nil)
	task.AddContainer(jsii.String("web"), &awsecs.ContainerDefinitionOptions{
		MemoryLimitMiB: jsii.Number(128),
		Image:          awsecs.ContainerImage_FromRegistry(jsii.String("nginx"), nil),
	})
	awsecs.NewEc2Service(stack, jsii.String("Api"), &awsecs.Ec2ServiceProps{
		Cluster:           existing,
		TaskDefinition:    task,
		MinHealthyPercent: jsii.Number(100),
	})
	app.Synth(nil)
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
