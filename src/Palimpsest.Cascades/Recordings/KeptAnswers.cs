namespace Palimpsest.Cascades.Recordings;

/// <summary>Answers of one system after the other in a folder of their own, so that a run that was killed asks nobody twice.</summary>
/// <param name="folder">Made when it is needed.</param>
internal sealed class KeptAnswers(string folder)
{
    /// <summary>The answers of a system: those that were kept, or else made now and kept.</summary>
    /// <param name="system">The system's name.</param>
    /// <param name="make">Asks it; null if it was told to stop.</param>
    public Recording? Of(string system, Func<Recording?> make)
    {
        string file = Path.Combine(folder, $"{system}.jsonl");
        if (!File.Exists(file))
        {
            if (make() is not Recording made)
            {
                return null;
            }

            Directory.CreateDirectory(folder);
            RecordingFile.Write(file, made);
        }

        return RecordingFile.Read(file);
    }

    /// <summary>Removes the folder, when the answers lie elsewhere.</summary>
    public void Clear()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
