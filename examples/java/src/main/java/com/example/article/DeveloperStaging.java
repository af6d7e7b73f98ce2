package com.example.article;

import io.github.cdkecsautoscaledcluster.EcsAutoScaledCluster;
import io.github.cdkecsautoscaledcluster.InstanceTierProps;
import io.github.cdkecsautoscaledcluster.NodeRole;
import java.util.List;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.constructs.Construct;

/** A cluster for each developer's branch: one small size, everything at its default. */
public class DeveloperStaging extends Stack {
    public DeveloperStaging(final Construct scope, final String id, final Platform platform) {
        super(scope, id);
        EcsAutoScaledCluster.Builder.create(this, "Cluster")
                .vpc(platform.getVpc())
                .clusterName("developer-staging")
                .role(new NodeRole(this, "Role"))
                .dockerAuth(platform.getDockerAuth())
                .tiers(List.of(InstanceTierProps.builder()
                        .name("general")
                        .instanceTypes(List.of(new InstanceType("t3.small")))
                        .build()))
                .build();
    }
}
