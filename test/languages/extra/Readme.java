package com.example.article;

import io.github.cdkecsautoscaledcluster.*;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ecs.ContainerDefinitionOptions;
import software.amazon.awscdk.services.ecs.ContainerImage;
import software.amazon.awscdk.services.ecs.Ec2Service;
import software.amazon.awscdk.services.ecs.Ec2TaskDefinition;

class ReadmeTest {
    private static final class Readme extends Stack {
        Readme(final App scope) {
            super(scope, "Readme");
            final Vpc vpc = new Vpc(this, "Vpc");
            final Ec2TaskDefinition taskDefinition = new Ec2TaskDefinition(this, "TaskDefinition");
            taskDefinition.addContainer("web", ContainerDefinitionOptions.builder()
                    .image(ContainerImage.fromRegistry("nginx"))
                    .memoryReservationMiB(256)
                    .build());
            // The example of the README.
        }
    }

    @Test
    void theExampleOfTheReadme() {
        final App app = new App(AppProps.builder().outdir("readme").build());
        new Readme(app);
        app.synth();
    }
}
