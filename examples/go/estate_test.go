package main

import (
	"os"
	"reflect"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

var estate Estate

func TestMain(m *testing.M) {
	estate = NewEstate(awscdk.NewApp(nil), "Article")
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

func TestDevelopersHaveOneTierOfSmallNodesFromNoneTo30(t *testing.T) {
	template := assertions.Template_FromStack(estate.DeveloperStaging, nil)
	template.ResourceCountIs(jsii.String("AWS::AutoScaling::AutoScalingGroup"), jsii.Number(1))
	template.HasResourceProperties(jsii.String("AWS::AutoScaling::AutoScalingGroup"), map[string]any{
		"MinSize": "0",
		"MaxSize": "30",
	})
	template.HasResourceProperties(jsii.String("AWS::EC2::LaunchTemplate"), map[string]any{
		"LaunchTemplateData": map[string]any{
			"InstanceType":    "t3.small",
			"MetadataOptions": map[string]any{"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
		},
	})
}

func TestDevelopersNodesMayReadTheOneSecretOfTheRegistry(t *testing.T) {
	template := assertions.Template_FromStack(estate.DeveloperStaging, nil)
	template.HasResourceProperties(jsii.String("AWS::IAM::Policy"), map[string]any{
		"PolicyDocument": map[string]any{
			"Statement": assertions.Match_ArrayWith(&[]any{map[string]any{
				"Action":   "secretsmanager:GetSecretValue",
				"Effect":   "Allow",
				"Resource": assertions.Match_ObjectLike(&map[string]any{}),
			}}),
		},
	})
}

func TestTheServiceIsPlacedThroughTheCapacityProvider(t *testing.T) {
	template := assertions.Template_FromStack(estate.SharedStaging, nil)
	template.HasResourceProperties(jsii.String("AWS::ECS::Service"), map[string]any{"LaunchType": assertions.Match_Absent()})
	provider := assertions.NewCapture(nil)
	template.HasResourceProperties(jsii.String("AWS::ECS::ClusterCapacityProviderAssociations"), map[string]any{
		"DefaultCapacityProviderStrategy": []any{map[string]any{"CapacityProvider": provider, "Weight": 1}},
	})
	for id := range *template.FindResources(jsii.String("AWS::ECS::CapacityProvider"), nil) {
		if got, want := *provider.AsObject(), (map[string]any{"Ref": id}); !reflect.DeepEqual(got, want) {
			t.Errorf("the default strategy is %v, want %v", got, want)
		}
	}
}

func TestTheLoadBalancerReachesThePortsThatTheAgentHandsOut(t *testing.T) {
	template := assertions.Template_FromStack(estate.SharedStaging, nil)
	template.HasResourceProperties(jsii.String("AWS::EC2::SecurityGroupIngress"), map[string]any{"FromPort": 32768, "ToPort": 65535})
}

func TestProduction(t *testing.T) {
	template := assertions.Template_FromStack(estate.Production, nil)

	for resource, count := range map[string]float64{
		"AWS::ECS::Cluster":                  3,
		"AWS::AutoScaling::AutoScalingGroup": 4,
		"AWS::EC2::LaunchTemplate":           2,
		"AWS::Lambda::Function":              0,
	} {
		t.Run(resource, func(*testing.T) {
			template.ResourceCountIs(jsii.String(resource), jsii.Number(count))
		})
	}

	t.Run("replaces running nodes, new ones first", func(*testing.T) {
		preferences := map[string]any{"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200}
		template.AllResources(jsii.String("AWS::AutoScaling::AutoScalingGroup"), map[string]any{
			"UpdatePolicy": assertions.Match_ObjectLike(&map[string]any{
				"AutoScalingInstanceRefresh": map[string]any{"Preferences": assertions.Match_ObjectLike(&preferences)},
			}),
		})
	})

	for maxSize, tiers := range map[string]float64{"10": 1, "30": 3} {
		t.Run("tiers of at most "+maxSize, func(*testing.T) {
			properties := map[string]any{"MaxSize": maxSize}
			template.ResourcePropertiesCountIs(jsii.String("AWS::AutoScaling::AutoScalingGroup"), properties, jsii.Number(tiers))
		})
	}
}
