import json
from typing import Any, Callable

from aws_cdk import App, Duration, Stack
from aws_cdk import aws_ec2 as ec2
from cdk_ecs_auto_scaled_cluster import AgentConfig, EcsAutoScaledCluster, NodeLogDriver, NodeTemplate


def message_of(body: Callable[[], Any]) -> str:
    """Tries what cannot work, and gives what the library says about it: ../languages.test.ts compares it, language by language."""
    try:
        body()
    except Exception as error:
        return str(error)
    return "nothing was raised"


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
