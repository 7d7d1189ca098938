namespace Palimpsest.Tests;

/// <summary>A folder of its own for a test, removed at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("palimpsest-").FullName;

    /// <summary>Copies a golden folder into this one.</summary>
    public string Copy(string golden)
    {
        foreach (string file in Directory.GetFiles(TestContexts.Golden(golden)))
        {
            File.Copy(file, System.IO.Path.Combine(Path, System.IO.Path.GetFileName(file)));
        }

        return Path;
    }

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Write(string name, string text) => Palimpsest.Common.AtomicFile.WriteText(At(name), text);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
