import pytest
from aws_cdk import App
from aws_cdk.assertions import Capture, Match, Template

from article.estate import Estate


@pytest.fixture(scope="module")
def estate() -> Estate:
    return Estate(App(), "Article")


@pytest.fixture(scope="module")
def developers(estate: Estate) -> Template:
    return Template.from_stack(estate.developer_staging)


@pytest.fixture(scope="module")
def staging(estate: Estate) -> Template:
    return Template.from_stack(estate.shared_staging)


@pytest.fixture(scope="module")
def production(estate: Estate) -> Template:
    return Template.from_stack(estate.production)


def test_developers_have_one_tier_of_small_nodes_from_none_to_30(developers: Template) -> None:
    developers.resource_count_is("AWS::AutoScaling::AutoScalingGroup", 1)
    developers.has_resource_properties("AWS::AutoScaling::AutoScalingGroup", {"MinSize": "0", "MaxSize": "30"})
    developers.has_resource_properties(
        "AWS::EC2::LaunchTemplate",
        {
            "LaunchTemplateData": {
                "InstanceType": "t3.small",
                "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
            }
        },
    )


def test_developers_nodes_may_read_the_one_secret_of_the_registry(developers: Template) -> None:
    may_read = {"Action": "secretsmanager:GetSecretValue", "Effect": "Allow", "Resource": Match.object_like({})}
    developers.has_resource_properties(
        "AWS::IAM::Policy", {"PolicyDocument": {"Statement": Match.array_with([may_read])}}
    )


def test_the_service_is_placed_through_the_capacity_provider(staging: Template) -> None:
    staging.has_resource_properties("AWS::ECS::Service", {"LaunchType": Match.absent()})
    provider = Capture()
    staging.has_resource_properties(
        "AWS::ECS::ClusterCapacityProviderAssociations",
        {"DefaultCapacityProviderStrategy": [{"CapacityProvider": provider, "Weight": 1}]},
    )
    (logical_id,) = staging.find_resources("AWS::ECS::CapacityProvider")
    assert provider.as_object() == {"Ref": logical_id}


def test_the_load_balancer_reaches_the_ports_that_the_agent_hands_out(staging: Template) -> None:
    staging.has_resource_properties("AWS::EC2::SecurityGroupIngress", {"FromPort": 32768, "ToPort": 65535})


def test_production_has_four_tiers_in_three_clusters_from_two_launch_templates(production: Template) -> None:
    production.resource_count_is("AWS::ECS::Cluster", 3)
    production.resource_count_is("AWS::AutoScaling::AutoScalingGroup", 4)
    production.resource_count_is("AWS::EC2::LaunchTemplate", 2)


@pytest.mark.parametrize(("max_size", "tiers"), [("10", 1), ("30", 3)])
def test_production_gives_at_most_ten_nodes_to_compute(production: Template, max_size: str, tiers: int) -> None:
    production.resource_properties_count_is("AWS::AutoScaling::AutoScalingGroup", {"MaxSize": max_size}, tiers)


def test_production_replaces_running_nodes_new_ones_first(production: Template) -> None:
    preferences = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200}
    refresh = {"AutoScalingInstanceRefresh": {"Preferences": Match.object_like(preferences)}}
    production.all_resources("AWS::AutoScaling::AutoScalingGroup", {"UpdatePolicy": Match.object_like(refresh)})


def test_production_needs_no_lambda_function(production: Template) -> None:
    production.resource_count_is("AWS::Lambda::Function", 0)
