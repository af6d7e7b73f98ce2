package com.example.article;

import io.github.cdkecsautoscaledcluster.DockerAuth;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.constructs.Construct;

/** What all environments share: the network and the registry's credentials. */
public class Platform extends Stack {
    private final IVpc vpc;
    private final DockerAuth dockerAuth;

    public Platform(final Construct scope, final String id) {
        super(scope, id);
        vpc = Vpc.Builder.create(this, "Vpc").maxAzs(2).natGateways(1).build();
        // {"registry.example.com":{"auth":"<base64 of user:password>"}}, put there by whoever owns the registry: never in this app.
        final ISecret registry = Secret.fromSecretNameV2(this, "Registry", "docker/registry");
        dockerAuth = DockerAuth.fromSecret(registry);
    }

    public IVpc getVpc() {
        return vpc;
    }

    public DockerAuth getDockerAuth() {
        return dockerAuth;
    }
}
