from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from cdk_ecs_auto_scaled_cluster import EcsAutoScaledCluster


class Readme(Stack):
    def __init__(self, scope: App) -> None:
        super().__init__(scope, "Readme")
        vpc = ec2.Vpc(self, "Vpc")
        task_definition = ecs.Ec2TaskDefinition(self, "TaskDefinition")
        image = ecs.ContainerImage.from_registry("nginx")
        task_definition.add_container("web", image=image, memory_reservation_mib=256)
        # The example of the README.


def test_the_example_of_the_readme() -> None:
    app = App(outdir="readme")
    Readme(app)
    app.synth()
