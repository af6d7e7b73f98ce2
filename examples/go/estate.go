package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecspatterns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	ecscluster "github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster-go/cdkecsautoscaledcluster"
)

// Platform is what all environments share: the network and the registry's credentials.
type Platform struct {
	awscdk.Stack
	Vpc        awsec2.IVpc
	DockerAuth ecscluster.DockerAuth
}

func NewPlatform(scope constructs.Construct, id string) Platform {
	stack := awscdk.NewStack(scope, jsii.String(id), nil)
	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		MaxAzs:      jsii.Number(2),
		NatGateways: jsii.Number(1),
	})
	// {"registry.example.com":{"auth":"<base64 of user:password>"}}, put there by whoever owns the registry: never in this app.
	registry := awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("Registry"), jsii.String("docker/registry"))
	return Platform{Stack: stack, Vpc: vpc, DockerAuth: ecscluster.DockerAuth_FromSecret(registry, nil)}
}

func instanceTypes(names ...string) *[]awsec2.InstanceType {
	types := make([]awsec2.InstanceType, 0, len(names))
	for _, name := range names {
		types = append(types, awsec2.NewInstanceType(jsii.String(name)))
	}
	return &types
}

// NewDeveloperStaging makes a cluster for each developer's branch: one small size, everything at its default.
func NewDeveloperStaging(scope constructs.Construct, id string, platform Platform) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), nil)
	ecscluster.NewEcsAutoScaledCluster(stack, jsii.String("Cluster"), &ecscluster.EcsAutoScaledClusterProps{
		Vpc:         platform.Vpc,
		ClusterName: jsii.String("developer-staging"),
		Role:        ecscluster.NewNodeRole(stack, jsii.String("Role"), nil),
		DockerAuth:  platform.DockerAuth,
		Tiers: &[]*ecscluster.InstanceTierProps{
			{Name: jsii.String("general"), InstanceTypes: instanceTypes("t3.small")},
		},
	})
	return stack
}

// NewSharedStaging makes the stage that all teams share, with everything of the article said aloud, and a service behind a load balancer.
func NewSharedStaging(scope constructs.Construct, id string, platform Platform) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), nil)
	cluster := ecscluster.NewEcsAutoScaledCluster(stack, jsii.String("Cluster"), &ecscluster.EcsAutoScaledClusterProps{
		Vpc:         platform.Vpc,
		ClusterName: jsii.String("shared-staging"),
		Role:        ecscluster.NewNodeRole(stack, jsii.String("Role"), nil),
		DockerAuth:  platform.DockerAuth,
		LogDrivers: &[]ecscluster.NodeLogDriver{
			ecscluster.NodeLogDriver_JSON_FILE(),
			ecscluster.NodeLogDriver_SYSLOG(),
			ecscluster.NodeLogDriver_FLUENTD(),
			ecscluster.NodeLogDriver_AWSLOGS(),
		},
		Sysctls: &[]ecscluster.Sysctl{
			ecscluster.Sysctl_IpLocalPortRange(jsii.Number(10000), jsii.Number(65000)),
			ecscluster.Sysctl_Somaxconn(jsii.Number(65535)),
		},
		Agent: &ecscluster.AgentConfig{
			TaskCleanupWaitDuration: awscdk.Duration_Hours(jsii.Number(1)),
			ContainerStopTimeout:    awscdk.Duration_Minutes(jsii.Number(5)),
			UpdatesEnabled:          jsii.Bool(true),
		},
		Tiers: &[]*ecscluster.InstanceTierProps{
			{Name: jsii.String("general"), InstanceTypes: instanceTypes("m7i.large")},
		},
	})
	awsecspatterns.NewApplicationLoadBalancedEc2Service(stack, jsii.String("Web"), &awsecspatterns.ApplicationLoadBalancedEc2ServiceProps{
		Cluster:            cluster,
		MemoryLimitMiB:     jsii.Number(256),
		MinHealthyPercent:  jsii.Number(100),
		PublicLoadBalancer: jsii.Bool(true),
		TaskImageOptions: &awsecspatterns.ApplicationLoadBalancedTaskImageOptions{
			Image:         awsecs.ContainerImage_FromRegistry(jsii.String("public.ecr.aws/nginx/nginx:1.29"), nil),
			ContainerPort: jsii.Number(80),
		},
	})
	return stack
}

// NewProduction makes production: one role and two tiers, whose templates three clusters share; a change replaces
// running nodes, new ones first.
func NewProduction(scope constructs.Construct, id string, platform Platform) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), nil)
	role := ecscluster.NewNodeRole(stack, jsii.String("Role"), nil)
	standard := ecscluster.NewNodeTemplate(stack, jsii.String("Standard"), &ecscluster.NodeTemplateProps{
		Role:          role,
		DockerAuth:    platform.DockerAuth,
		InstanceTypes: instanceTypes("m7i.large"),
	})
	compute := ecscluster.NewNodeTemplate(stack, jsii.String("Compute"), &ecscluster.NodeTemplateProps{
		Role:          role,
		DockerAuth:    platform.DockerAuth,
		InstanceTypes: instanceTypes("c7i.2xlarge"),
	})

	standardTier := &ecscluster.InstanceTierProps{Name: jsii.String("standard"), Template: standard}
	computeTier := &ecscluster.InstanceTierProps{Name: jsii.String("compute"), Template: compute, MaxCapacity: jsii.Number(10)}
	replacement := ecscluster.NodeReplacement_Rolling(nil)
	for _, cluster := range []struct {
		id, name string
		tiers    []*ecscluster.InstanceTierProps
	}{
		{"Orders", "orders", []*ecscluster.InstanceTierProps{standardTier}},
		{"Billing", "billing", []*ecscluster.InstanceTierProps{standardTier}},
		{"Search", "search", []*ecscluster.InstanceTierProps{computeTier, standardTier}},
	} {
		ecscluster.NewEcsAutoScaledCluster(stack, jsii.String(cluster.id), &ecscluster.EcsAutoScaledClusterProps{
			Vpc:         platform.Vpc,
			ClusterName: jsii.String(cluster.name),
			Tiers:       &cluster.tiers,
			Replacement: replacement,
		})
	}
	return stack
}

// Estate is the whole estate: three environments, with a role each.
type Estate struct {
	constructs.Construct
	DeveloperStaging awscdk.Stack
	SharedStaging    awscdk.Stack
	Production       awscdk.Stack
}

func NewEstate(scope constructs.Construct, id string) Estate {
	estate := constructs.NewConstruct(scope, jsii.String(id))
	platform := NewPlatform(estate, "Platform")
	return Estate{
		Construct:        estate,
		DeveloperStaging: NewDeveloperStaging(estate, "DeveloperStaging", platform),
		SharedStaging:    NewSharedStaging(estate, "SharedStaging", platform),
		Production:       NewProduction(estate, "Production", platform),
	}
}
