namespace Palimpsest.Tests.Data;

/// <summary>A file in a folder of its own, removed with it.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("palimpsest").FullName;

    public TemporaryFile(byte[]? content = null, string name = "facts.jsonl")
    {
        Path = System.IO.Path.Combine(_folder, name);
        if (content is not null)
        {
            using FileStream stream = File.Create(Path);
            stream.Write(content);
        }
    }

    public TemporaryFile(string content, string name = "facts.jsonl")
        : this(System.Text.Encoding.UTF8.GetBytes(content), name)
    {
    }

    public string Path { get; }

    public string Folder => _folder;

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
