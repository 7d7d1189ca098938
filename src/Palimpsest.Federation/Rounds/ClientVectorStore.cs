using System.Globalization;
using System.Text.Json.Serialization;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Rounds;

/// <summary>What clients keep between their rounds: a file a client, named by the round it was written in. The checkpoint says which round's file counts, and
/// only then the one before goes; files that no checkpoint names are those of a process that was killed.</summary>
/// <remarks>Several workers may read and write, each for a client of its own.</remarks>
/// <param name="folder">Created if needed; nothing else may lie in it.</param>
internal sealed class ClientVectorStore(string folder)
{
    private readonly string _folder = Directory.CreateDirectory(folder).FullName;
    private readonly List<string> _outdated = [];

    /// <summary>Reads what a client keeps.</summary>
    /// <param name="client">The client's number.</param>
    /// <param name="round">The round that it was written in; 0 for none, which gives zeros.</param>
    /// <param name="vectors">Receive the values.</param>
    /// <exception cref="PalimpsestException">The file is missing or damaged.</exception>
    public void Read(int client, int round, IReadOnlyDictionary<string, float[]> vectors)
    {
        if (round == 0)
        {
            foreach (float[] vector in vectors.Values)
            {
                Array.Clear(vector);
            }

            return;
        }

        using StateFile file = StateFile.Open(PathOf(client, round));
        file.RequireWhole();
        using StoredVectors stored = Stored(vectors);
        stored.Read(file);
    }

    /// <summary>Writes what a client keeps, beside what it kept before.</summary>
    /// <param name="client">The client's number.</param>
    /// <param name="round">The round, from 1.</param>
    /// <param name="vectors">The values.</param>
    public void Write(int client, int round, IReadOnlyDictionary<string, float[]> vectors)
    {
        using StoredVectors stored = Stored(vectors);
        stored.Write(PathOf(client, round), new ClientVectorState(client, round), ClientVectorJson.Default.ClientVectorState);
    }

    /// <summary>Notes that a file no longer counts; it goes with the next checkpoint.</summary>
    public void Outdate(int client, int round)
    {
        if (round > 0)
        {
            _outdated.Add(PathOf(client, round));
        }
    }

    /// <summary>Removes what no longer counts; called when a checkpoint is written.</summary>
    public void Commit()
    {
        _outdated.ForEach(File.Delete);
        _outdated.Clear();
    }

    /// <summary>Removes all that does not count, temporary files among it.</summary>
    /// <param name="rounds">For each client the round that its file was written in.</param>
    public void Sweep(IReadOnlyList<int> rounds)
    {
        foreach (string path in Directory.EnumerateFiles(_folder))
        {
            string[] parts = Path.GetFileNameWithoutExtension(path).Split('-');
            if (parts.Length != 3 || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out int client) || client >= rounds.Count
                || path != PathOf(client, rounds[client]))
            {
                File.Delete(path);
            }
        }
    }

    private string PathOf(int client, int round) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"client-{client:D8}-{round:D8}.safetensors"));

    private static StoredVectors Stored(IReadOnlyDictionary<string, float[]> vectors)
    {
        StoredVectors stored = new();
        foreach ((string name, float[] values) in vectors)
        {
            stored.Add<float>(name, values);
        }

        return stored;
    }
}

/// <summary>Whose vectors a file holds.</summary>
/// <param name="Client">The client's number.</param>
/// <param name="Round">The round it was written in.</param>
internal sealed record ClientVectorState(int Client, int Round);

/// <summary>JSON of <see cref="ClientVectorState"/> without reflection.</summary>
[JsonSerializable(typeof(ClientVectorState))]
internal sealed partial class ClientVectorJson : JsonSerializerContext;
