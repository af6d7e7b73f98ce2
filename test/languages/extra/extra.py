import json
from typing import Any, Callable

from aws_cdk import App, Duration, Size, Stack
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_sns as sns
from cdk_ecs_auto_scaled_cluster import (
    AgentConfig,
    BootstrapStep,
    ClusterProviders,
    EcsAutoScaledCluster,
    ExistingCluster,
    InstanceTierProps,
    ManagedScalingOptions,
    NodeHardware,
    NodeLogDriver,
    NodeReplacement,
    NodeTemplate,
    NodeVolume,
    PurchaseOption,
    Sysctl,
    TierSchedule,
)


def message_of(body: Callable[[], Any]) -> str:
    """Tries what cannot work, and gives what the library says about it: ../languages.test.ts compares it, language by language."""
    try:
        body()
    except Exception as error:
        return str(error)
    return "nothing was raised"


def test_all_kinds_of_options() -> None:
    app = App(outdir="options")
    stack = Stack(app, "Options")
    vpc = ec2.Vpc(stack, "Vpc")
    cluster = EcsAutoScaledCluster(
        stack,
        "Orders",
        volume_tags={"zulu": "3", "mike": "2", "alpha": "1"},
        volumes=[NodeVolume.root(throughput=250, size=Size.gibibytes(100))],
        sysctls=[Sysctl.of("vm.max_map_count", "262144"), Sysctl.somaxconn(4096)],
        replacement=NodeReplacement.rolling(
            checkpoint_percentages=[50, 100], max_healthy_percentage=110, min_healthy_percentage=100
        ),
        log_drivers=[NodeLogDriver.AWSLOGS, NodeLogDriver.of("acme")],
        bootstrap_steps=[
            BootstrapStep.write_file("/etc/motd", 'Grüße, "you" & $HOME\n', owner="root", mode="0644"),
            BootstrapStep.install_packages(["amazon-cloudwatch-agent", "amazon-efs-utils"]),
            BootstrapStep.enable_service("amazon-cloudwatch-agent"),
        ],
        agent=AgentConfig(
            log_max_file_size=Size.mebibytes(20),
            instance_attributes={"zulu": "3", "mike": "2", "alpha": "1"},
            environment={"ECS_ZULU": "3", "ECS_MIKE": "2", "ECS_ALPHA": "1"},
        ),
        vpc=vpc,
    )
    cluster.add_tier(
        "nightly",
        purchase=PurchaseOption.spot(),
        schedules=[TierSchedule.working_hours(time_zone="Europe/Berlin")],
        instance_types=[ec2.InstanceType("c7i.large"), ec2.InstanceType("c6i.large")],
    )
    topic = sns.Topic(stack, "Topic")
    cluster.add_alarms(topic=topic)
    cluster.add_dashboard()

    existing = ExistingCluster(
        stack,
        "Shared",
        tiers=[InstanceTierProps(name="general", instance_types=[ec2.InstanceType("t3.small")])],
        capacity_providers=ClusterProviders.keep(
            ["batch"], default_strategy=[ecs.CapacityProviderStrategy(weight=1, capacity_provider="batch")]
        ),
        vpc=vpc,
        cluster_name="shared",
    )
    existing.add_tier(
        "compute",
        zonal_shift=True,
        az_capacity_distribution_strategy=autoscaling.CapacityDistributionStrategy.BALANCED_ONLY,
        deletion_protection=autoscaling.DeletionProtection.PREVENT_FORCE_DELETION,
        termination_policies=[autoscaling.TerminationPolicy.NEWEST_INSTANCE, autoscaling.TerminationPolicy.DEFAULT],
        notifications=[
            autoscaling.NotificationConfiguration(topic=topic, scaling_events=autoscaling.ScalingEvents.ERRORS)
        ],
        managed_scaling=ManagedScalingOptions(maximum_scaling_step_size=5, instance_warmup_period=Duration.minutes(2)),
        auto_scaling_group_name="shared-compute",
        hardware=NodeHardware(threads_per_core=1, core_count=1),
        instance_types=[ec2.InstanceType("c7i.large")],
    )
    existing.add_tier(
        "flexible",
        instance_requirements=ec2.InstanceRequirementsConfig(memory_min=Size.gibibytes(4), v_cpu_count_min=2),
    )
    task_definition = ecs.Ec2TaskDefinition(stack, "Task")
    task_definition.add_container(
        "web", memory_limit_mib=128, image=ecs.ContainerImage.from_registry("nginx")
    )
    ecs.Ec2Service(stack, "Api", cluster=existing, task_definition=task_definition, min_healthy_percent=100)
    app.synth()


def test_what_cannot_work_is_refused() -> None:
    app = App()
    stack = Stack(app, "Refused")
    vpc = ec2.Vpc(stack, "Vpc")
    types = [ec2.InstanceType("t3.small")]
    cluster = EcsAutoScaledCluster(stack, "Orders", vpc=vpc)
    cluster.add_tier("general", instance_types=types)
    template = NodeTemplate(stack, "Template", instance_types=types)
    agent = AgentConfig(container_stop_timeout=Duration.millis(500))
    EcsAutoScaledCluster(stack, "Empty", vpc=vpc)

    messages = {
        "aNegativeSize": message_of(lambda: cluster.add_tier("negative", instance_types=types, max_capacity=-1)),
        "aTemplateAndAField": message_of(lambda: cluster.add_tier("both", template=template, instance_types=types)),
        "anUnknownTier": message_of(lambda: cluster.tier("compute")),
        "aShortTimeout": message_of(lambda: cluster.add_tier("short", instance_types=types, agent=agent)),
        "aWrongName": message_of(lambda: NodeLogDriver.of("json file")),
        "aClusterWithoutTiers": message_of(app.synth),
    }
    with open("refused.json", "w", encoding="utf-8") as file:
        json.dump(messages, file)
