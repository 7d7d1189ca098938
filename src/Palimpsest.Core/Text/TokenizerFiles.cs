using System.Text;
using Palimpsest.Common;

namespace Palimpsest.Text;

/// <summary>The files that a tokenizer was read from, byte for byte.</summary>
internal sealed class TokenizerFiles
{
    public const string Main = "tokenizer.json";
    public const string Config = "tokenizer_config.json";
    public const string SpecialMap = "special_tokens_map.json";
    public const string Added = "added_tokens.json";
    public const string ChatTemplate = "chat_template.jinja";
    public const string ProcessorTemplate = "chat_template.json";
    private const string TemplateFolder = "additional_chat_templates", TemplateEnd = ".jinja";

    // The largest known file is 33 MB.
    private const int MaximumBytes = 1 << 28;

    private readonly List<(string Name, byte[] Bytes)> _files = [];

    /// <summary>What to call the main file in messages.</summary>
    public required string Name { get; init; }

    /// <summary>Reads a folder, or the file and what lies beside it.</summary>
    public static TokenizerFiles Read(string folderOrFile)
    {
        string path = Directory.Exists(folderOrFile) ? Path.Combine(folderOrFile, Main) : folderOrFile;
        if (!File.Exists(path))
            throw new PalimpsestException($"{path}: there is no such file. Give a Hugging Face folder that holds {Main}, or the file itself.");
        TokenizerFiles files = new() { Name = path };
        files._files.Add((Main, ReadBytes(path)));
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (string name in (string[])[Config, SpecialMap, Added, ChatTemplate, ProcessorTemplate, .. NamedTemplates(folder)])
        {
            string beside = Path.Combine(folder, name);
            if (File.Exists(beside))
                files._files.Add((name, ReadBytes(beside)));
        }

        return files;
    }

    /// <summary>The names of the files in which a folder keeps its further chat templates, relative to it.</summary>
    public static IEnumerable<string> NamedTemplates(string folder)
    {
        string place = Path.Combine(folder, TemplateFolder);
        return !Directory.Exists(place) ? []
            : Directory.GetFiles(place, "*" + TemplateEnd).Select(file => Path.Combine(TemplateFolder, Path.GetFileName(file))).Order(StringComparer.Ordinal);
    }

    /// <summary>The name of the chat template in a file, such as <c>tool_use</c>; null for another file.</summary>
    public static string? TemplateName(string file) =>
        Path.GetDirectoryName(file) == TemplateFolder && file.EndsWith(TemplateEnd, StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(file) : null;

    /// <summary>The names of all files.</summary>
    public IEnumerable<string> Names => _files.Select(file => file.Name);

    /// <summary>Takes texts instead of files.</summary>
    public static TokenizerFiles Of(string json, string? config)
    {
        TokenizerFiles files = new() { Name = Main };
        files._files.Add((Main, Encoding.UTF8.GetBytes(json)));
        if (config is not null)
            files._files.Add((Config, Encoding.UTF8.GetBytes(config)));
        return files;
    }

    /// <summary>The bytes of a file, or null if it was not there.</summary>
    public byte[]? Find(string name) => _files.Find(file => file.Name == name).Bytes;

    /// <summary>Writes all files into a folder, which is made if it is missing.</summary>
    public void Save(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{folder}: the folder cannot be made ({error.Message}). Choose another one.", error);
        }

        foreach ((string name, byte[] bytes) in _files)
        {
            if (TemplateName(name) is not null)
                Directory.CreateDirectory(Path.Combine(folder, TemplateFolder));
            AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(bytes));
        }
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            return RegularFile.ReadBytes(path, MaximumBytes)
                ?? throw new PalimpsestException($"{path}: it has more than the {MaximumBytes} bytes that a tokenizer file may have.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message}).", error);
        }
    }
}
