package com.example.article;

import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/** The whole estate: three environments, with a role each. */
public class Estate extends Construct {
    private final Stack developerStaging;
    private final Stack sharedStaging;
    private final Stack production;

    public Estate(final Construct scope, final String id) {
        super(scope, id);
        final Platform platform = new Platform(this, "Platform");
        developerStaging = new DeveloperStaging(this, "DeveloperStaging", platform);
        sharedStaging = new SharedStaging(this, "SharedStaging", platform);
        production = new Production(this, "Production", platform);
    }

    public Stack getDeveloperStaging() {
        return developerStaging;
    }

    public Stack getSharedStaging() {
        return sharedStaging;
    }

    public Stack getProduction() {
        return production;
    }
}
