from aws_cdk import App, Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from cdk_ecs_auto_scaled_cluster import (
    AgentConfig,
    AgentImagePullBehavior,
    EcsAutoScaledCluster,
    InstanceTierProps,
    NodeLogDriver,
    NodeReplacement,
    PurchaseOption,
    Sysctl,
    TierSchedule,
)


class Before(Stack):
    def __init__(self, scope: App, id: str) -> None:
        super().__init__(scope, id)
        self.vpc = ec2.Vpc(self, "Vpc")
        self.task_definition = ecs.Ec2TaskDefinition(self, "TaskDefinition")
        image = ecs.ContainerImage.from_registry("nginx")
        self.task_definition.add_container("web", image=image, memory_reservation_mib=256)


class Readme(Before):
    def __init__(self, scope: App) -> None:
        super().__init__(scope, "Readme")
        vpc, task_definition = self.vpc, self.task_definition
        # The example of the Readme.


class Guide(Before):
    def __init__(self, scope: App) -> None:
        super().__init__(scope, "Guide")
        vpc = self.vpc
        # The example of the Guide.


def test_the_examples_of_the_pages() -> None:
    app = App(outdir="examples")
    Readme(app)
    Guide(app)
    app.synth()
