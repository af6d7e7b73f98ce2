from aws_cdk import Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns
from aws_cdk import aws_secretsmanager as secretsmanager
from cdk_ecs_auto_scaled_cluster import (
    AgentConfig,
    DockerAuth,
    EcsAutoScaledCluster,
    InstanceTierProps,
    NodeLogDriver,
    NodeReplacement,
    NodeRole,
    NodeTemplate,
    Sysctl,
)
from constructs import Construct


class Platform(Stack):
    """What all environments share: the network and the registry's credentials."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.vpc = ec2.Vpc(self, "Vpc", max_azs=2, nat_gateways=1)
        # {"registry.example.com":{"auth":"<base64 of user:password>"}}, put there by whoever owns the registry: never in this app.
        registry = secretsmanager.Secret.from_secret_name_v2(self, "Registry", "docker/registry")
        self.docker_auth = DockerAuth.from_secret(registry)


class DeveloperStaging(Stack):
    """A cluster for each developer's branch: one small size, everything at its default."""

    def __init__(self, scope: Construct, id: str, platform: Platform) -> None:
        super().__init__(scope, id)
        EcsAutoScaledCluster(
            self,
            "Cluster",
            vpc=platform.vpc,
            cluster_name="developer-staging",
            role=NodeRole(self, "Role"),
            docker_auth=platform.docker_auth,
            tiers=[InstanceTierProps(name="general", instance_types=[ec2.InstanceType("t3.small")])],
        )


class SharedStaging(Stack):
    """The stage that all teams share, with everything of the article said aloud, and a service behind a load balancer."""

    def __init__(self, scope: Construct, id: str, platform: Platform) -> None:
        super().__init__(scope, id)
        cluster = EcsAutoScaledCluster(
            self,
            "Cluster",
            vpc=platform.vpc,
            cluster_name="shared-staging",
            role=NodeRole(self, "Role"),
            docker_auth=platform.docker_auth,
            log_drivers=[NodeLogDriver.JSON_FILE, NodeLogDriver.SYSLOG, NodeLogDriver.FLUENTD, NodeLogDriver.AWSLOGS],
            sysctls=[Sysctl.ip_local_port_range(10000, 65000), Sysctl.somaxconn(65535)],
            agent=AgentConfig(
                task_cleanup_wait_duration=Duration.hours(1),
                container_stop_timeout=Duration.minutes(5),
                updates_enabled=True,
            ),
            tiers=[InstanceTierProps(name="general", instance_types=[ec2.InstanceType("m7i.large")])],
        )
        patterns.ApplicationLoadBalancedEc2Service(
            self,
            "Web",
            cluster=cluster,
            memory_limit_mib=256,
            min_healthy_percent=100,
            public_load_balancer=True,
            task_image_options=patterns.ApplicationLoadBalancedTaskImageOptions(
                image=ecs.ContainerImage.from_registry("public.ecr.aws/nginx/nginx:1.29"),
                container_port=80,
            ),
        )


class Production(Stack):
    """Production: one role and two tiers, whose templates three clusters share; a change replaces running nodes, new ones first."""

    def __init__(self, scope: Construct, id: str, platform: Platform) -> None:
        super().__init__(scope, id)
        role = NodeRole(self, "Role")
        docker_auth = platform.docker_auth
        standard = NodeTemplate(
            self, "Standard", role=role, docker_auth=docker_auth, instance_types=[ec2.InstanceType("m7i.large")]
        )
        compute = NodeTemplate(
            self, "Compute", role=role, docker_auth=docker_auth, instance_types=[ec2.InstanceType("c7i.2xlarge")]
        )

        vpc = platform.vpc
        replacement = NodeReplacement.rolling()
        EcsAutoScaledCluster(
            self,
            "Orders",
            vpc=vpc,
            cluster_name="orders",
            tiers=[InstanceTierProps(name="standard", template=standard)],
            replacement=replacement,
        )
        EcsAutoScaledCluster(
            self,
            "Billing",
            vpc=vpc,
            cluster_name="billing",
            tiers=[InstanceTierProps(name="standard", template=standard)],
            replacement=replacement,
        )
        EcsAutoScaledCluster(
            self,
            "Search",
            vpc=vpc,
            cluster_name="search",
            tiers=[
                InstanceTierProps(name="compute", template=compute, max_capacity=10),
                InstanceTierProps(name="standard", template=standard),
            ],
            replacement=replacement,
        )


class Estate(Construct):
    """The whole estate: three environments, with a role each."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        platform = Platform(self, "Platform")
        self.developer_staging = DeveloperStaging(self, "DeveloperStaging", platform)
        self.shared_staging = SharedStaging(self, "SharedStaging", platform)
        self.production = Production(self, "Production", platform)
