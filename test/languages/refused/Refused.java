package com.example.article;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.cdkecsautoscaledcluster.AgentConfig;
import io.github.cdkecsautoscaledcluster.EcsAutoScaledCluster;
import io.github.cdkecsautoscaledcluster.InstanceTierOptions;
import io.github.cdkecsautoscaledcluster.NodeLogDriver;
import io.github.cdkecsautoscaledcluster.NodeTemplate;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.Vpc;

/** Tries what cannot work, and writes down what the library says about it: ../languages.test.ts compares it, language by language. */
class RefusedTest {
    private static String messageOf(final Runnable body) {
        try {
            body.run();
        } catch (final RuntimeException error) {
            return error.getMessage();
        }
        return "nothing was thrown";
    }

    @Test
    void whatCannotWorkIsRefused() throws IOException {
        final App app = new App();
        final Stack stack = new Stack(app, "Refused");
        final Vpc vpc = new Vpc(stack, "Vpc");
        final List<InstanceType> types = List.of(new InstanceType("t3.small"));
        final EcsAutoScaledCluster cluster =
                EcsAutoScaledCluster.Builder.create(stack, "Orders").vpc(vpc).build();
        cluster.addTier("general", InstanceTierOptions.builder().instanceTypes(types).build());
        final NodeTemplate template =
                NodeTemplate.Builder.create(stack, "Template").instanceTypes(types).build();
        final AgentConfig agent =
                AgentConfig.builder().containerStopTimeout(Duration.millis(500)).build();
        EcsAutoScaledCluster.Builder.create(stack, "Empty").vpc(vpc).build();

        final InstanceTierOptions negative =
                InstanceTierOptions.builder().instanceTypes(types).maxCapacity(-1).build();
        final InstanceTierOptions both =
                InstanceTierOptions.builder().template(template).instanceTypes(types).build();
        final InstanceTierOptions tooShort =
                InstanceTierOptions.builder().instanceTypes(types).agent(agent).build();
        new ObjectMapper().writeValue(new File("refused.json"), Map.of(
                "aNegativeSize", messageOf(() -> cluster.addTier("negative", negative)),
                "aTemplateAndAField", messageOf(() -> cluster.addTier("both", both)),
                "anUnknownTier", messageOf(() -> cluster.tier("compute")),
                "aShortTimeout", messageOf(() -> cluster.addTier("short", tooShort)),
                "aWrongName", messageOf(() -> NodeLogDriver.of("json file")),
                "aClusterWithoutTiers", messageOf(app::synth)));
    }
}
