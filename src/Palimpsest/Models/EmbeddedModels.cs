namespace Palimpsest.Models;

/// <summary>The small models that come with Palimpsest, as folders beside its assembly. A model never changes under its name: growth makes a new one.</summary>
public static class EmbeddedModels
{
    /// <summary>The model that jobs take unless told otherwise: about 1M parameters, pre-trained on the general part of world-v1.</summary>
    public const string Default = "base-v1";

    private static string Root => Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>The names of all embedded models.</summary>
    public static IReadOnlyList<string> Names => Directory.Exists(Root) ? [.. Directory.EnumerateDirectories(Root).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)] : [];

    /// <summary>The folder of an embedded model; anything that is not such a name is a folder or file of the user's.</summary>
    /// <param name="nameOrFolder">A name out of <see cref="Names"/>, a folder or a file.</param>
    /// <exception cref="PalimpsestException">There is neither.</exception>
    public static string Resolve(string nameOrFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        if (Directory.Exists(nameOrFolder) || File.Exists(nameOrFolder))
        {
            return nameOrFolder;
        }

        return Names.Contains(nameOrFolder, StringComparer.Ordinal)
            ? Path.Combine(Root, nameOrFolder)
            : throw new PalimpsestException($"{nameOrFolder}: there is no such folder or file and no embedded model of this name ({string.Join(", ", Names)}). A model folder holds config.json, model.safetensors and tokenizer.json; GGUF and llama2.c files are taken too.");
    }
}
