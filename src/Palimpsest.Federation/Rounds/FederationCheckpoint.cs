using System.Text.Json.Serialization;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Rounds;

/// <summary>The checkpoint of a federation: one file, there whole or not at all, replaced round by round.</summary>
/// <param name="folder">Created if needed.</param>
internal sealed class FederationCheckpoint(string folder)
{
    private readonly string _path = Path.Combine(Directory.CreateDirectory(folder).FullName, "federation.safetensors");

    /// <summary>Whether there is one.</summary>
    public bool Exists => File.Exists(_path);

    /// <summary>Writes it.</summary>
    /// <param name="state">Where the federation stands.</param>
    /// <param name="vectors">All vectors.</param>
    public void Write(FederationState state, StoredVectors vectors) => vectors.Write(_path, state, FederationStateJson.Default.FederationState);

    /// <summary>Reads it. Nothing is changed before everything fits.</summary>
    /// <param name="settings">What it must have been written with.</param>
    /// <param name="vectors">Receive the values.</param>
    /// <exception cref="PalimpsestException">It is damaged or belongs to another federation.</exception>
    public FederationState Read(IReadOnlyDictionary<string, string> settings, StoredVectors vectors)
    {
        using StateFile file = StateFile.Open(_path);
        file.RequireWhole();
        FederationState state = file.State(FederationStateJson.Default.FederationState);
        foreach ((string what, string here) in settings)
        {
            if (state.Settings.GetValueOrDefault(what, "") is string there && there != here)
            {
                throw new PalimpsestException($"{_path}: was written with another {what}: \"{there}\", where it is \"{here}\" now. "
                    + "Resume with the recipe in the run's folder, or start a new run.");
            }
        }

        vectors.Read(file);
        return state;
    }

    /// <summary>Refuses to replace what another federation has written.</summary>
    /// <exception cref="PalimpsestException">There is a checkpoint.</exception>
    public void RequireNone()
    {
        if (Exists)
        {
            throw new PalimpsestException($"{_path}: holds the rounds of a federation. Resume it, or choose another folder.");
        }
    }
}

/// <summary>What a checkpoint holds beside vectors.</summary>
/// <param name="Round">Rounds taken.</param>
/// <param name="Seconds">Time spent in them.</param>
/// <param name="Aggregator">Where the aggregator stands.</param>
/// <param name="OptimizerSteps">Steps of the server's optimizer.</param>
/// <param name="Settings">What the further course depends on, by what it is.</param>
internal sealed record FederationState(int Round, double Seconds, string Aggregator, long OptimizerSteps, Dictionary<string, string> Settings);

/// <summary>JSON of <see cref="FederationState"/> without reflection.</summary>
[JsonSerializable(typeof(FederationState))]
internal sealed partial class FederationStateJson : JsonSerializerContext;
