using System.Text.Json.Nodes;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>What a sparse autoencoder is: what SAELens keeps in <c>cfg.json</c>.</summary>
public sealed record SaeConfig
{
    /// <summary>The architecture's settings.</summary>
    public required SaeOptions Options { get; init; }

    /// <summary>The architecture's name, as in <see cref="SaeArchitectures.Names"/>.</summary>
    public string Architecture => SaeArchitectures.NameOf(Options);

    /// <summary>Width of the inputs.</summary>
    public required int DIn { get; init; }

    /// <summary>Number of latents.</summary>
    public required int DSae { get; init; }

    /// <summary>Width of the outputs; another than <see cref="DIn"/> for transcoders only.</summary>
    /// <value>The default is the width of the inputs.</value>
    public int? DOut { get; init; }

    /// <summary>Width of the outputs, wherever it is said.</summary>
    internal int OutputWidth => DOut ?? DIn;

    /// <summary>Element type of the weights in files: float32, float64, bfloat16 or float16. Computed with is f32, or f64 for float64.</summary>
    /// <value>The default is float32.</value>
    public string Dtype { get; init; } = "float32";

    /// <summary>Whether b_dec is taken off the inputs, behind their normalisation.</summary>
    /// <value>The default is true.</value>
    public bool ApplyBDecToInput { get; init; } = true;

    /// <summary>What is done to inputs first.</summary>
    /// <value>The default is nothing.</value>
    public SaeNormalization NormalizeActivations { get; init; }

    /// <summary>Form of the inputs.</summary>
    /// <value>The default is vectors.</value>
    public SaeReshaping ReshapeActivations { get; init; }

    /// <summary>Whether this is the state of a training, with training settings in its file, rather than what is used afterwards.</summary>
    public bool IsTraining { get; init; }

    /// <summary>Model, hook and the like, as the file has them; written back as they were read.</summary>
    /// <value>The default is empty.</value>
    public JsonObject Metadata { get; init; } = [];

    /// <summary>What was passed over when an older file was read, a sentence each.</summary>
    /// <value>The default is nothing.</value>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The hook point that it was trained at, if the file says so.</summary>
    public string? HookName => (string?)Metadata["hook_name"];

    /// <summary>The hook point whose activations a transcoder predicts, if the file says so.</summary>
    public string? HookNameOut => (string?)Metadata["hook_name_out"];

    /// <summary>The model that it was trained on, if the file says so.</summary>
    public string? ModelName => (string?)Metadata["model_name"];

    /// <summary>Refuses sizes and settings that do not fit.</summary>
    /// <param name="where">What to name in the message.</param>
    /// <exception cref="PalimpsestException">They do not fit.</exception>
    internal SaeConfig Checked(string where)
    {
        List<string> problems = [.. Options.Problems()];
        if (DIn < 1 || DSae < 1 || DOut < 1)
        {
            problems.Add($"d_in, d_sae and d_out must be at least 1, but are {DIn}, {DSae} and {OutputWidth}.");
        }

        if (Options.ActiveLatents > DSae)
        {
            problems.Add($"k is {Options.ActiveLatents}, but there are {DSae} latents. Take a smaller k, or more latents.");
        }

        if (OutputWidth != DIn && Options is not TranscoderOptions)
        {
            problems.Add($"d_out is {DOut} beside a d_in of {DIn}; only transcoders have outputs of another width.");
        }

        return problems.Count == 0 ? this : throw new PalimpsestException($"{where}: {string.Join(" ", problems)}");
    }

    /// <summary>The tensors that every architecture but the tied ones has.</summary>
    internal IEnumerable<(string Name, long[] Shape)> Matrices() =>
        [("W_enc", [DIn, DSae]), ("W_dec", [DSae, OutputWidth]), ("b_dec", [OutputWidth])];

    /// <summary>One number a latent.</summary>
    internal (string Name, long[] Shape) PerLatent(string name) => (name, [DSae]);
}
