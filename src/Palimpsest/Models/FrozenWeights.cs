using Palimpsest.Models.Sources;
using Palimpsest.Torch;
using TorchSharp;

namespace Palimpsest.Models;

/// <summary>How the weights of a model that nobody trains come into memory; the same words in every command and recipe.</summary>
/// <param name="Type">What they are there.</param>
/// <param name="Copied">Whether they are copied where they could be mapped, for files of unknown origin: truncating a mapped file ends the process.</param>
public sealed record FrozenWeights(WeightType Type, bool Copied = false)
{
    /// <summary>The type to compute in.</summary>
    public ComputeType ComputeType => Type == WeightType.Bf16 ? ComputeType.Bf16 : ComputeType.F32;

    /// <summary>Loads a causal model, and libtorch meanwhile where it is not there yet.</summary>
    /// <param name="nameOrFolder">An embedded model, a folder or a file.</param>
    /// <param name="context">Makes device and compute type, which is <see cref="ComputeType"/>.</param>
    /// <param name="adapter">The folder of an adapter to put on it, or null.</param>
    /// <exception cref="PalimpsestException">The model or the adapter is damaged, or its weights cannot be of the type.</exception>
    public LanguageModel Load(string nameOrFolder, Func<TorchContext> context, string? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        LanguageModel model = NativeLibraries.LoadBeside(() => LanguageModel.Load(
            nameOrFolder, context, (source, made) => Mode(adapter is null && source.CanStayPacked && made.Device.type == DeviceType.CPU)));
        if (adapter is not null)
        {
            model.Attach(adapter);
        }

        return model;
    }

    /// <summary>Loads a sentence encoder. None can stay packed, which is refused; <see cref="WeightType.Auto"/> takes f32.</summary>
    /// <param name="folder">As in <see cref="SentenceEncoder.Load"/>.</param>
    /// <param name="context">Device, and a compute type that is <see cref="ComputeType"/>.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, or its weights cannot be of the type.</exception>
    public SentenceEncoder LoadEncoder(string folder, TorchContext context) => SentenceEncoder.Load(folder, context, Mode(autoPacks: false));

    private LoadMode Mode(bool autoPacks) => Type == WeightType.Packed || (Type == WeightType.Auto && autoPacks)
        ? Copied ? LoadMode.PackedCopied : LoadMode.Packed
        : Copied ? LoadMode.Copied : LoadMode.Mapped;
}
