package com.example.article;

import software.amazon.awscdk.App;

public final class ArticleApp {
    private ArticleApp() {}

    public static void main(final String[] args) {
        final App app = new App();
        new Estate(app, "Article");
        app.synth();
    }
}
