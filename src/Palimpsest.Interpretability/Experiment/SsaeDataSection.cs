using Palimpsest.Common;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>The texts: of files, or documents of the embedded world's topics with heraldry as the rare domain.</summary>
public sealed record SsaeDataSection : IValidated
{
    /// <summary>File of the general corpus, in which passages are searched.</summary>
    /// <value>The default is none: the world.</value>
    public string? Corpus { get; init; }

    /// <summary>File of seed documents of the domain; with a corpus.</summary>
    /// <value>The default is none.</value>
    public string? SeedFile { get; init; }

    /// <summary>File of texts of the domain to measure on; with a corpus.</summary>
    /// <value>The default is none: texts of the seed file behind the seeds are measured on.</value>
    public string? TestFile { get; init; }

    /// <summary>Whether the texts of the seed file that are neither seeds nor measured on are hidden in the corpus, so that it is known what is to be
    /// found.</summary>
    /// <value>The default is false.</value>
    public bool HideRest { get; init; }

    /// <summary>Most texts that are hidden; what is over takes no part. With half of a corpus of it, a domain is not rare.</summary>
    /// <value>The default is none: all of them. With <see cref="HideRest"/>.</value>
    public int? Hidden { get; init; }

    /// <summary>Documents of the corpus; of a file at most as many.</summary>
    /// <value>The default is 24,000.</value>
    public int Documents { get; init; } = 24_000;

    /// <summary>Documents whose activations the general autoencoder learns from, the first ones of the corpus.</summary>
    /// <value>The default is 4,000.</value>
    public int Gathered { get; init; } = 4000;

    /// <summary>Seed documents; of a file at most as many.</summary>
    /// <value>The default is 20.</value>
    public int Seeds { get; init; } = 20;

    /// <summary>Documents of the domain, and as many general ones, to measure on.</summary>
    /// <value>The default is 200.</value>
    public int Test { get; init; } = 200;

    /// <summary>Share of the world's documents that belong to the rare domain.</summary>
    /// <value>The default is 0.005.</value>
    public double RareShare { get; init; } = 0.005;

    /// <summary>Steps in which the model learns the world's topics first, with more of the rare domain than the corpus has; 0 for none.</summary>
    /// <value>The default is 400 for the world.</value>
    public int? LearnSteps { get; init; }

    /// <summary>Share of the rare domain in what the model learns then.</summary>
    /// <value>The default is 0.05.</value>
    public double LearnShare { get; init; } = 0.05;

    /// <summary>Most tokens of a document; 0 for the model's context.</summary>
    /// <value>The default is 128.</value>
    public int Context { get; init; } = 128;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Documents < 10 || Gathered < 1 || Gathered > Documents || Test < 4 || LearnSteps < 0 || Context is < 0 or 1)
        {
            yield return "documents must be at least 10, gathered from 1 to documents, test at least 4, learn_steps at least 0, and context 0 or at least 2.";
        }

        if (RareShare is not (> 0 and <= 1) || LearnShare is not (>= 0 and <= 1))
        {
            yield return "rare_share must be in (0, 1], and learn_share in [0, 1].";
        }

        if (Hidden is int hidden && (hidden < 1 || !HideRest))
        {
            yield return "hidden must be at least 1, and goes with hide_rest.";
        }

        if ((Corpus is null) != (SeedFile is null) || (TestFile is not null && Corpus is null))
        {
            yield return "corpus and seed_file belong together; test_file goes with them. Without them it is the embedded world.";
        }
    }
}
