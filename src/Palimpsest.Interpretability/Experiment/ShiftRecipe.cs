using Palimpsest.Common;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Interpretability.Ssae.Tilting;
using Palimpsest.Jobs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Training;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Takes a spurious signal out of a classifier by switching latents off (SHIFT), with general and with specialised autoencoders.</summary>
public sealed record ShiftRecipe : Recipe, IValidated
{
    /// <summary>The model.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>The biographies.</summary>
    public ShiftDataSection Data { get; init; } = new();

    /// <summary>The autoencoders, and how latents are chosen.</summary>
    public ShiftMethodSection Method { get; init; } = new();

    /// <summary>Training of the general autoencoders; a batch size is in tokens.</summary>
    public TrainOptions Train { get; init; } = SaeTraining.Options(800);

    /// <summary>Training of each specialised one.</summary>
    public TrainOptions Finetune { get; init; } = SaeTraining.Options(200) with { LearningRate = 3e-4 };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() =>
        Train.Accumulate == 1 && Finetune.Accumulate == 1 ? [] : ["train.accumulate and finetune.accumulate must be 1."];
}

/// <summary>Biographies of the embedded world: two professions, and a gender that goes with them in the training set alone.</summary>
public sealed record ShiftDataSection : IValidated
{
    /// <summary>Biographies that the classifier learns from, in which the profession tells the gender.</summary>
    /// <value>The default is 600.</value>
    public int Train { get; init; } = 600;

    /// <summary>Balanced biographies on which latents are labelled, in a person's place.</summary>
    /// <value>The default is 400.</value>
    public int Label { get; init; } = 400;

    /// <summary>Balanced biographies to measure on.</summary>
    /// <value>The default is 1,000.</value>
    public int Test { get; init; } = 1000;

    /// <summary>Biographies that autoencoders are specialised on.</summary>
    /// <value>The default is 400.</value>
    public int Domain { get; init; } = 400;

    /// <summary>General texts that autoencoders learn from.</summary>
    /// <value>The default is 2,000.</value>
    public int General { get; init; } = 2000;

    /// <summary>Steps in which the model learns biographies first; 0 for none.</summary>
    /// <value>The default is 200.</value>
    public int LearnSteps { get; init; } = 200;

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => Train >= 20 && Label >= 20 && Test >= 20 && Domain >= 20 && General >= 20 && LearnSteps >= 0 ? []
        : ["train, label, test, domain and general must be at least 20, and learn_steps at least 0."];
}

/// <summary>The autoencoders, and how latents are chosen.</summary>
public sealed record ShiftMethodSection : IValidated
{
    /// <summary>Where autoencoders read.</summary>
    /// <value>The default is the embedding and the residual stream after each of the first three blocks.</value>
    public IReadOnlyList<string> Hooks { get; init; } = ["hook_embed", "blocks.0.hook_resid_post", "blocks.1.hook_resid_post", "blocks.2.hook_resid_post"];

    /// <summary>What the classifier reads, the mean over the tokens.</summary>
    /// <value>The default is <c>blocks.2.hook_resid_post</c>.</value>
    public string ProbeHook { get; init; } = "blocks.2.hook_resid_post";

    /// <summary>Latents a unit of the width.</summary>
    /// <value>The default is 4.</value>
    public double Expansion { get; init; } = 4;

    /// <summary>The architecture.</summary>
    /// <value>The default is ReLU and L1.</value>
    public SaeOptions Architecture { get; init; } = new StandardOptions();

    /// <summary>Estimator of the tilted arm.</summary>
    /// <value>The default aims at an effective size of 0.2.</value>
    public TiltOptions Tilt { get; init; } = new EssTiltOptions();

    /// <summary>Texts that latents are attributed on.</summary>
    /// <value>The default is 100.</value>
    public int Attributed { get; init; } = 100;

    /// <summary>Latents of the largest effects that are looked at, over all hooks.</summary>
    /// <value>The default is 100.</value>
    public int Candidates { get; init; } = 100;

    /// <summary>A candidate is switched off if it tells the gender better than the profession by more than this (areas under the curve).</summary>
    /// <value>The default is 0.2.</value>
    public double Margin { get; init; } = 0.2;

    /// <summary>Latents that a person has chosen instead, by hook; they are switched off in every autoencoder's arm.</summary>
    /// <value>The default is none: the rule chooses.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> ByHand { get; init; } = new Dictionary<string, IReadOnlyList<int>>();

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Hooks.Count == 0 || !(Expansion > 0) || Attributed < 1 || Candidates < 1)
        {
            yield return "hooks must not be empty, expansion above 0, attributed and candidates at least 1.";
        }

        foreach (string hook in ByHand.Keys.Except(Hooks))
        {
            yield return $"by_hand: {hook} is none of the hooks ({string.Join(", ", Hooks)}).";
        }
    }
}
