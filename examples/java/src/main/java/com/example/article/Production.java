package com.example.article;

import io.github.cdkecsautoscaledcluster.EcsAutoScaledCluster;
import io.github.cdkecsautoscaledcluster.InstanceTierProps;
import io.github.cdkecsautoscaledcluster.NodeReplacement;
import io.github.cdkecsautoscaledcluster.NodeRole;
import io.github.cdkecsautoscaledcluster.NodeTemplate;
import java.util.List;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.constructs.Construct;

/** Production: one role and two tiers, whose templates three clusters share; a change replaces running nodes, new ones first. */
public class Production extends Stack {
    public Production(final Construct scope, final String id, final Platform platform) {
        super(scope, id);
        final NodeRole role = new NodeRole(this, "Role");
        final NodeTemplate standard = NodeTemplate.Builder.create(this, "Standard")
                .role(role)
                .dockerAuth(platform.getDockerAuth())
                .instanceTypes(List.of(new InstanceType("m7i.large")))
                .build();
        final NodeTemplate compute = NodeTemplate.Builder.create(this, "Compute")
                .role(role)
                .dockerAuth(platform.getDockerAuth())
                .instanceTypes(List.of(new InstanceType("c7i.2xlarge")))
                .build();

        final InstanceTierProps standardTier =
                InstanceTierProps.builder().name("standard").template(standard).build();
        final InstanceTierProps computeTier = InstanceTierProps.builder()
                .name("compute")
                .template(compute)
                .maxCapacity(10)
                .build();

        final NodeReplacement replacement = NodeReplacement.rolling();
        EcsAutoScaledCluster.Builder.create(this, "Orders")
                .vpc(platform.getVpc())
                .clusterName("orders")
                .tiers(List.of(standardTier))
                .replacement(replacement)
                .build();
        EcsAutoScaledCluster.Builder.create(this, "Billing")
                .vpc(platform.getVpc())
                .clusterName("billing")
                .tiers(List.of(standardTier))
                .replacement(replacement)
                .build();
        EcsAutoScaledCluster.Builder.create(this, "Search")
                .vpc(platform.getVpc())
                .clusterName("search")
                .tiers(List.of(computeTier, standardTier))
                .replacement(replacement)
                .build();
    }
}
