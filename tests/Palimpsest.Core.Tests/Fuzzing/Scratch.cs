namespace Palimpsest.Tests.Fuzzing;

/// <summary>A folder for the inputs of readers that want files. Each thread has its own part, since a reader that hangs keeps its file.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("palimpsest-fuzz").FullName;

    /// <summary>Path of a file of this thread.</summary>
    public string this[string name]
    {
        get
        {
            string folder = Path.Combine(_root, Environment.CurrentManagedThreadId.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Directory.CreateDirectory(folder);
            return Path.Combine(folder, name);
        }
    }

    /// <summary>Writes a file of this thread.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, byte[] content)
    {
        string path = this[name];
        using FileStream stream = File.Create(path);
        stream.Write(content);
        return path;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
