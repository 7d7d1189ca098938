using System.Text.Json;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Formats;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>The autoencoders of a run, each a folder with its training form and what it is used as; what is there is not trained again.</summary>
/// <param name="folder">Where they lie.</param>
internal sealed class SaeStore(string folder)
{
    private const string TrainingName = "training", ScaleName = "activation_scaler.json", FiguresName = "figures.json";

    private sealed record Scaler(double? ScalingFactor);

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The folder of what an autoencoder is used as.</summary>
    public string FolderOf(string name) => Path.Combine(folder, name);

    /// <summary>Whether it was trained to its end.</summary>
    public bool Has(string name) => File.Exists(Path.Combine(FolderOf(name), SaeLensFolder.ConfigName));

    /// <summary>Writes both forms; the one that says "finished" comes last.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="sae">In its training form.</param>
    /// <param name="scale">What its inputs are multiplied by.</param>
    /// <param name="figures">What the last step of its training reported.</param>
    public void Save(string name, SparseAutoencoder sae, double scale, IReadOnlyDictionary<string, double> figures)
    {
        string training = Path.Combine(FolderOf(name), TrainingName);
        SaeLensFolder.Save(sae, training);
        Common.AtomicFile.WriteText(Path.Combine(training, ScaleName), JsonSerializer.Serialize(new Scaler(scale), s_json));
        Common.AtomicFile.WriteText(Path.Combine(training, FiguresName), JsonSerializer.Serialize(figures));
        using SparseAutoencoder inference = SaeFolding.ToInference(sae, scale);
        SaeLensFolder.Save(inference, FolderOf(name));
    }

    /// <summary>What it is used as.</summary>
    public SparseAutoencoder Load(string name) => SaeLensFolder.Load(FolderOf(name));

    /// <summary>What the last step of its training reported.</summary>
    public IReadOnlyDictionary<string, double> FiguresOf(string name) =>
        JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(Path.Combine(FolderOf(name), TrainingName, FiguresName)))!;

    /// <summary>What its training goes on from, and what its inputs are multiplied by.</summary>
    public (SparseAutoencoder Sae, double Scale) LoadTraining(string name)
    {
        string training = Path.Combine(FolderOf(name), TrainingName);
        Scaler scaler = JsonSerializer.Deserialize<Scaler>(File.ReadAllText(Path.Combine(training, ScaleName)), s_json)!;
        return (SaeLensFolder.Load(training), scaler.ScalingFactor ?? 1);
    }
}
