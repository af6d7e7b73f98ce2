from typing import Any, Callable

from aws_cdk import App, Duration, Size, Stack, TimeZone
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from cdk_ecs_auto_scaled_cluster import *


def vpc_of(scope: Stack) -> ec2.IVpc:
    # An example names a zone.
    zones = ["eu-central-1a", "eu-central-1b"]
    return scope.node.try_find_child("Vpc") or ec2.Vpc(scope, "Vpc", availability_zones=zones)


def task_definition(scope: Stack, id: str) -> ecs.TaskDefinition:
    definition = ecs.Ec2TaskDefinition(scope, id)
    definition.add_container("web", image=ecs.ContainerImage.from_registry("nginx"), memory_reservation_mib=256)
    return definition


def alarm(scope: Stack, id: str) -> cloudwatch.Alarm:
    metric = cloudwatch.Metric(namespace="Orders", metric_name="Errors")
    return cloudwatch.Alarm(scope, id, metric=metric, threshold=1, evaluation_periods=1)


def cluster(scope: Stack, id: str) -> EcsAutoScaledCluster:
    tier = InstanceTierProps(name="first", instance_types=[ec2.InstanceType("m7i.large")])
    return EcsAutoScaledCluster(scope, id, vpc=vpc_of(scope), container_insights_v2=ecs.ContainerInsights.ENABLED, tiers=[tier])


# What an example takes for granted, by its type.
GIVEN: dict[str, Callable[[Stack, str], Any]] = {
    "ec2.IVpc": lambda scope, id: vpc_of(scope),
    "ec2.ISecurityGroup": lambda scope, id: ec2.SecurityGroup(scope, id, vpc=vpc_of(scope)),
    "ecs.TaskDefinition": task_definition,
    "ecs.Ec2TaskDefinition": task_definition,
    "iam.IRole": lambda scope, id: iam.Role(scope, id, assumed_by=iam.ServicePrincipal("ec2.amazonaws.com")),
    "logs.ILogGroup": lambda scope, id: logs.LogGroup(scope, id),
    "secretsmanager.ISecret": lambda scope, id: secretsmanager.Secret(scope, id),
    "sns.ITopic": lambda scope, id: sns.Topic(scope, id),
    "cloudwatch.Alarm": alarm,
    "cloudwatch.IAlarmAction": lambda scope, id: actions.SnsAction(sns.Topic(scope, id)),
    "NodeTemplate": lambda scope, id: NodeTemplate(scope, id, instance_types=[ec2.InstanceType("m7i.large")]),
    "EcsAutoScaledCluster": cluster,
}


def given(scope: Stack, name: str, type: str) -> Any:
    return GIVEN[type](scope, f"Given-{name}")


# The examples of the API reference.
