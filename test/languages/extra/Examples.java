package com.example.article;

import io.github.cdkecsautoscaledcluster.*;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ecs.ContainerDefinitionOptions;
import software.amazon.awscdk.services.ecs.ContainerImage;
import software.amazon.awscdk.services.ecs.Ec2Service;
import software.amazon.awscdk.services.ecs.Ec2TaskDefinition;

class ExamplesTest {
    private static class Before extends Stack {
        protected final Vpc vpc = new Vpc(this, "Vpc");
        protected final Ec2TaskDefinition taskDefinition = new Ec2TaskDefinition(this, "TaskDefinition");

        Before(final App scope, final String id) {
            super(scope, id);
            taskDefinition.addContainer("web", ContainerDefinitionOptions.builder()
                    .image(ContainerImage.fromRegistry("nginx"))
                    .memoryReservationMiB(256)
                    .build());
        }
    }

    private static final class Readme extends Before {
        Readme(final App scope) {
            super(scope, "Readme");
            // The example of the Readme.
        }
    }

    private static final class Guide extends Before {
        Guide(final App scope) {
            super(scope, "Guide");
            // The example of the Guide.
        }
    }

    @Test
    void theExamplesOfThePages() {
        final App app = new App(AppProps.builder().outdir("examples").build());
        new Readme(app);
        new Guide(app);
        app.synth();
    }
}
