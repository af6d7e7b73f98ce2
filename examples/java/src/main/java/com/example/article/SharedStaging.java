package com.example.article;

import io.github.cdkecsautoscaledcluster.AgentConfig;
import io.github.cdkecsautoscaledcluster.EcsAutoScaledCluster;
import io.github.cdkecsautoscaledcluster.InstanceTierProps;
import io.github.cdkecsautoscaledcluster.NodeLogDriver;
import io.github.cdkecsautoscaledcluster.NodeRole;
import io.github.cdkecsautoscaledcluster.Sysctl;
import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ecs.ContainerImage;
import software.amazon.awscdk.services.ecs.patterns.ApplicationLoadBalancedEc2Service;
import software.amazon.awscdk.services.ecs.patterns.ApplicationLoadBalancedTaskImageOptions;
import software.constructs.Construct;

/** The stage that all teams share, with everything of the article said aloud, and a service behind a load balancer. */
public class SharedStaging extends Stack {
    public SharedStaging(final Construct scope, final String id, final Platform platform) {
        super(scope, id);
        final EcsAutoScaledCluster cluster = EcsAutoScaledCluster.Builder.create(this, "Cluster")
                .vpc(platform.getVpc())
                .clusterName("shared-staging")
                .role(new NodeRole(this, "Role"))
                .dockerAuth(platform.getDockerAuth())
                .logDrivers(List.of(
                        NodeLogDriver.JSON_FILE, NodeLogDriver.SYSLOG, NodeLogDriver.FLUENTD, NodeLogDriver.AWSLOGS))
                .sysctls(List.of(Sysctl.ipLocalPortRange(10000, 65000), Sysctl.somaxconn(65535)))
                .agent(AgentConfig.builder()
                        .taskCleanupWaitDuration(Duration.hours(1))
                        .containerStopTimeout(Duration.minutes(5))
                        .updatesEnabled(true)
                        .build())
                .tiers(List.of(InstanceTierProps.builder()
                        .name("general")
                        .instanceTypes(List.of(new InstanceType("m7i.large")))
                        .build()))
                .build();

        ApplicationLoadBalancedEc2Service.Builder.create(this, "Web")
                .cluster(cluster)
                .memoryLimitMiB(256)
                .minHealthyPercent(100)
                .publicLoadBalancer(true)
                .taskImageOptions(ApplicationLoadBalancedTaskImageOptions.builder()
                        .image(ContainerImage.fromRegistry("public.ecr.aws/nginx/nginx:1.29"))
                        .containerPort(80)
                        .build())
                .build();
    }
}
