package com.example.article;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.assertions.Capture;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;

class EstateTest {
    private static Template developers;
    private static Template staging;
    private static Template production;

    @BeforeAll
    static void synthesize() {
        final Estate estate = new Estate(new App(), "Article");
        developers = Template.fromStack(estate.getDeveloperStaging());
        staging = Template.fromStack(estate.getSharedStaging());
        production = Template.fromStack(estate.getProduction());
    }

    @Nested
    @DisplayName("developer staging")
    class DeveloperStagingTest {
        @Test
        @DisplayName("has one tier of small nodes, from none to 30")
        void oneTier() {
            developers.resourceCountIs("AWS::AutoScaling::AutoScalingGroup", 1);
            developers.hasResourceProperties(
                    "AWS::AutoScaling::AutoScalingGroup", Map.of("MinSize", "0", "MaxSize", "30"));
            developers.hasResourceProperties(
                    "AWS::EC2::LaunchTemplate",
                    Map.of("LaunchTemplateData", Map.of(
                            "InstanceType", "t3.small",
                            "MetadataOptions", Map.of("HttpTokens", "required", "HttpPutResponseHopLimit", 1))));
        }

        @Test
        @DisplayName("reads the credentials of the registry at boot, with a role that may read this one secret")
        void oneSecret() {
            developers.hasResourceProperties(
                    "AWS::IAM::Policy",
                    Map.of("PolicyDocument", Map.of("Statement", Match.arrayWith(List.of(Map.of(
                            "Action", "secretsmanager:GetSecretValue",
                            "Effect", "Allow",
                            "Resource", Match.objectLike(Map.of())))))));
        }
    }

    @Nested
    @DisplayName("shared staging")
    class SharedStagingTest {
        @Test
        @DisplayName("places the service through the capacity provider, so that it scales the tier up from zero")
        void capacityProvider() {
            staging.hasResourceProperties("AWS::ECS::Service", Map.of("LaunchType", Match.absent()));
            final Capture provider = new Capture();
            staging.hasResourceProperties(
                    "AWS::ECS::ClusterCapacityProviderAssociations",
                    Map.of("DefaultCapacityProviderStrategy", List.of(Map.of("CapacityProvider", provider, "Weight", 1))));
            final String id = staging.findResources("AWS::ECS::CapacityProvider").keySet().iterator().next();
            assertEquals(Map.of("Ref", id), provider.asObject());
        }

        @Test
        @DisplayName("lets the load balancer reach the ports that the agent hands out")
        void hostPorts() {
            staging.hasResourceProperties(
                    "AWS::EC2::SecurityGroupIngress", Map.of("FromPort", 32768, "ToPort", 65535));
        }
    }

    @Nested
    @DisplayName("production")
    class ProductionTest {
        @Test
        @DisplayName("has four tiers in three clusters, from two launch templates")
        void sharedTemplates() {
            production.resourceCountIs("AWS::ECS::Cluster", 3);
            production.resourceCountIs("AWS::AutoScaling::AutoScalingGroup", 4);
            production.resourceCountIs("AWS::EC2::LaunchTemplate", 2);
        }

        @ParameterizedTest(name = "has {1} tiers of at most {0} nodes")
        @CsvSource({"10, 1", "30, 3"})
        void sizes(final String maxSize, final int tiers) {
            production.resourcePropertiesCountIs(
                    "AWS::AutoScaling::AutoScalingGroup", Map.of("MaxSize", maxSize), tiers);
        }

        @Test
        @DisplayName("replaces running nodes when what a node is changes, new ones first")
        void rolling() {
            final Map<String, Integer> preferences = Map.of("MinHealthyPercentage", 100, "MaxHealthyPercentage", 200);
            production.allResources(
                    "AWS::AutoScaling::AutoScalingGroup",
                    Map.of("UpdatePolicy", Match.objectLike(Map.of(
                            "AutoScalingInstanceRefresh", Map.of("Preferences", Match.objectLike(preferences))))));
        }

        @Test
        @DisplayName("needs no Lambda function")
        void noLambda() {
            production.resourceCountIs("AWS::Lambda::Function", 0);
        }
    }
}
