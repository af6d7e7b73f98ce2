package com.example.article;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.cdkecsautoscaledcluster.AgentConfig;
import io.github.cdkecsautoscaledcluster.BootstrapStep;
import io.github.cdkecsautoscaledcluster.ClusterAlarmsOptions;
import io.github.cdkecsautoscaledcluster.ClusterProviders;
import io.github.cdkecsautoscaledcluster.EcsAutoScaledCluster;
import io.github.cdkecsautoscaledcluster.ExistingCluster;
import io.github.cdkecsautoscaledcluster.InstanceTierOptions;
import io.github.cdkecsautoscaledcluster.InstanceTierProps;
import io.github.cdkecsautoscaledcluster.KeptProvidersOptions;
import io.github.cdkecsautoscaledcluster.ManagedScalingOptions;
import io.github.cdkecsautoscaledcluster.NodeHardware;
import io.github.cdkecsautoscaledcluster.NodeLogDriver;
import io.github.cdkecsautoscaledcluster.NodeReplacement;
import io.github.cdkecsautoscaledcluster.NodeTemplate;
import io.github.cdkecsautoscaledcluster.NodeVolume;
import io.github.cdkecsautoscaledcluster.RollingReplacementOptions;
import io.github.cdkecsautoscaledcluster.RootVolumeOptions;
import io.github.cdkecsautoscaledcluster.PurchaseOption;
import io.github.cdkecsautoscaledcluster.Sysctl;
import io.github.cdkecsautoscaledcluster.TierSchedule;
import io.github.cdkecsautoscaledcluster.WorkingHoursOptions;
import io.github.cdkecsautoscaledcluster.WriteFileStepOptions;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.autoscaling.CapacityDistributionStrategy;
import software.amazon.awscdk.services.autoscaling.DeletionProtection;
import software.amazon.awscdk.services.autoscaling.NotificationConfiguration;
import software.amazon.awscdk.services.autoscaling.ScalingEvents;
import software.amazon.awscdk.services.autoscaling.TerminationPolicy;
import software.amazon.awscdk.services.ec2.InstanceRequirementsConfig;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ecs.CapacityProviderStrategy;
import software.amazon.awscdk.services.ecs.ContainerDefinitionOptions;
import software.amazon.awscdk.services.ecs.ContainerImage;
import software.amazon.awscdk.services.ecs.Ec2Service;
import software.amazon.awscdk.services.ecs.Ec2TaskDefinition;
import software.amazon.awscdk.services.sns.Topic;

/** Tries what cannot work, and writes down what the library says about it: ../languages.test.ts compares it, language by language. */
class ExtraTest {
    private static String messageOf(final Runnable body) {
        try {
            body.run();
        } catch (final RuntimeException error) {
            return error.getMessage();
        }
        return "nothing was thrown";
    }

    @Test
    void allKindsOfOptions() {
        final App app = new App(AppProps.builder().outdir("options").build());
        final Stack stack = new Stack(app, "Options");
        final Vpc vpc = new Vpc(stack, "Vpc");
        final Map<String, String> map = Map.of("zulu", "3", "mike", "2", "alpha", "1");
        final EcsAutoScaledCluster cluster = EcsAutoScaledCluster.Builder.create(stack, "Orders")
                .volumeTags(map)
                .volumes(List.of(NodeVolume.root(RootVolumeOptions.builder()
                        .throughput(250)
                        .size(Size.gibibytes(100))
                        .build())))
                .sysctls(List.of(Sysctl.of("vm.max_map_count", "262144"), Sysctl.somaxconn(4096)))
                .replacement(NodeReplacement.rolling(RollingReplacementOptions.builder()
                        .checkpointPercentages(List.of(50, 100))
                        .maxHealthyPercentage(110)
                        .minHealthyPercentage(100)
                        .build()))
                .logDrivers(List.of(NodeLogDriver.AWSLOGS, NodeLogDriver.of("acme")))
                .bootstrapSteps(List.of(
                        BootstrapStep.writeFile(
                                "/etc/motd",
                                "Grüße, \"you\" & $HOME\n",
                                WriteFileStepOptions.builder().owner("root").mode("0644").build()),
                        BootstrapStep.installPackages(List.of("amazon-cloudwatch-agent", "amazon-efs-utils")),
                        BootstrapStep.enableService("amazon-cloudwatch-agent")))
                .agent(AgentConfig.builder()
                        .logMaxFileSize(Size.mebibytes(20))
                        .instanceAttributes(map)
                        .environment(Map.of("ECS_ZULU", "3", "ECS_MIKE", "2", "ECS_ALPHA", "1"))
                        .build())
                .vpc(vpc)
                .build();
        cluster.addTier("nightly", InstanceTierOptions.builder()
                .purchase(PurchaseOption.spot())
                .schedules(List.of(TierSchedule.workingHours(
                        WorkingHoursOptions.builder().timeZone("Europe/Berlin").build())))
                .instanceTypes(List.of(new InstanceType("c7i.large"), new InstanceType("c6i.large")))
                .build());
        final Topic topic = new Topic(stack, "Topic");
        cluster.addAlarms(ClusterAlarmsOptions.builder().topic(topic).build());
        cluster.addDashboard();

        final ExistingCluster existing = ExistingCluster.Builder.create(stack, "Shared")
                .tiers(List.of(InstanceTierProps.builder()
                        .name("general")
                        .instanceTypes(List.of(new InstanceType("t3.small")))
                        .build()))
                .capacityProviders(ClusterProviders.keep(
                        List.of("batch"),
                        KeptProvidersOptions.builder()
                                .defaultStrategy(List.of(CapacityProviderStrategy.builder()
                                        .weight(1)
                                        .capacityProvider("batch")
                                        .build()))
                                .build()))
                .vpc(vpc)
                .clusterName("shared")
                .build();
        existing.addTier("compute", InstanceTierOptions.builder()
                .zonalShift(true)
                .azCapacityDistributionStrategy(CapacityDistributionStrategy.BALANCED_ONLY)
                .deletionProtection(DeletionProtection.PREVENT_FORCE_DELETION)
                .terminationPolicies(List.of(TerminationPolicy.NEWEST_INSTANCE, TerminationPolicy.DEFAULT))
                .notifications(List.of(NotificationConfiguration.builder()
                        .topic(topic)
                        .scalingEvents(ScalingEvents.ERRORS)
                        .build()))
                .managedScaling(ManagedScalingOptions.builder()
                        .maximumScalingStepSize(5)
                        .instanceWarmupPeriod(Duration.minutes(2))
                        .build())
                .autoScalingGroupName("shared-compute")
                .hardware(NodeHardware.builder().threadsPerCore(1).coreCount(1).build())
                .instanceTypes(List.of(new InstanceType("c7i.large")))
                .build());
        existing.addTier("flexible", InstanceTierOptions.builder()
                .instanceRequirements(InstanceRequirementsConfig.builder()
                        .memoryMin(Size.gibibytes(4))
                        .vCpuCountMin(2)
                        .build())
                .build());
        final Ec2TaskDefinition task = new Ec2TaskDefinition(stack, "Task");
        task.addContainer("web", ContainerDefinitionOptions.builder()
                .memoryLimitMiB(128)
                .image(ContainerImage.fromRegistry("nginx"))
                .build());
        Ec2Service.Builder.create(stack, "Api")
                .cluster(existing)
                .taskDefinition(task)
                .minHealthyPercent(100)
                .build();
        app.synth();
    }

    /** The properties of a tier are options too, by their type; jsii passes on what the method declares, and no library can see the other name. */
    @Test
    void theNameOfATierIsTheFirstArgument() {
        final Stack stack = new Stack(new App(), "Names");
        final EcsAutoScaledCluster cluster = EcsAutoScaledCluster.Builder.create(stack, "Orders")
                .vpc(new Vpc(stack, "Vpc"))
                .build();
        final InstanceTierProps props = InstanceTierProps.builder()
                .name("compute")
                .instanceTypes(List.of(new InstanceType("t3.small")))
                .build();
        assertEquals("general", cluster.addTier("general", props).getName());
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
