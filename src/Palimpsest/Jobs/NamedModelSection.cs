using Palimpsest.Common;
using Palimpsest.Models;

namespace Palimpsest.Jobs;

/// <summary>Which model, and where it computes.</summary>
public abstract record NamedModelSection : IValidated
{
    /// <summary>An embedded model, a folder in the Hugging Face form, a GGUF file or a llama2.c file.</summary>
    /// <value>The default is <c>base-v1</c>.</value>
    public string Name { get; init; } = EmbeddedModels.Default;

    /// <summary>The folder of an adapter in the PEFT format that is put on the model.</summary>
    /// <value>The default is none.</value>
    public string? Adapter { get; init; }

    /// <summary>Threads of one operation; 0 for all cores.</summary>
    /// <value>The default is 0.</value>
    public int Threads { get; init; }

    /// <summary>"cpu" or "cuda".</summary>
    /// <value>The default is cpu.</value>
    public string Device { get; init; } = "cpu";

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Threads is < 0 or > 1024)
        {
            yield return "threads must be from 0 (all cores) to 1024.";
        }

        if (Name.Length == 0)
        {
            yield return "name must be an embedded model, a folder or a file, but is empty.";
        }
    }

    /// <summary>The model and its adapter, for people.</summary>
    internal string Shown => Adapter is null ? Name : $"{Name} with {Path.GetFileName(Path.TrimEndingDirectorySeparator(Adapter))}";

    /// <summary>The model's name without its folder.</summary>
    internal string ShortName => Path.GetFileName(Path.TrimEndingDirectorySeparator(Name));
}
