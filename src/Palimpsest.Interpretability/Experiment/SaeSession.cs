using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Formats;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Torch;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>An autoencoder with the model that it reads.</summary>
public sealed class SaeSession : IDisposable
{
    private SaeSession(SparseAutoencoder sae, LanguageModel model, string hook)
    {
        (Sae, Model, Hook) = (sae, model, hook);
        Special = TokenDocuments.Special(model.Tokenizer);
        Reader = new ActivationReader(model.Model, hook, sae.Config.Options is TranscoderOptions ? sae.Config.HookNameOut : null, Special);
    }

    /// <summary>The autoencoder.</summary>
    public SparseAutoencoder Sae { get; }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>Where it reads.</summary>
    public string Hook { get; }

    /// <summary>Tokens that are left out.</summary>
    public IReadOnlyList<int> Special { get; }

    /// <summary>Reads the activations.</summary>
    public ActivationReader Reader { get; }

    /// <summary>That another model or hook point is read than the folder says, in a sentence; null where it is the same.</summary>
    public string? Strange { get; private init; }

    /// <summary>Opens both.</summary>
    /// <param name="folder">The autoencoder's folder.</param>
    /// <param name="model">The model; null for the one that the folder names.</param>
    /// <param name="hook">The hook point; null for the one that the folder names.</param>
    /// <param name="context">Device and compute type.</param>
    /// <exception cref="PalimpsestException">One of them is missing, or they do not fit.</exception>
    public static SaeSession Open(string folder, string? model, string? hook, TorchContext context)
    {
        SparseAutoencoder sae = SaeFolder.Load(folder);
        LanguageModel? loaded = null;
        try
        {
            string name = model ?? sae.Config.ModelName ?? throw new PalimpsestException($"{folder}: does not say which model it belongs to. Name one.");
            loaded = LanguageModel.Load(name, context, LoadMode.Mapped);
            string point = hook ?? sae.Config.HookName ?? throw new PalimpsestException($"{folder}: does not say at which hook point it reads. Name one.");
            (string was, string now) = ($"{sae.Config.HookName ?? point} of {sae.Config.ModelName ?? name}", $"{point} of {name}");
            SaeSession session = new(sae, loaded, point)
            {
                Strange = was == now ? null : $"Made for {was}; what is read is {now}. If these are not the same, the figures say nothing.",
            };
            int width = session.Reader.Read([[loaded.Tokenizer.VocabularySize - 1, 0, 1]]).Width;
            return width == sae.Config.DIn ? session : throw new PalimpsestException($"{session.Hook} of {name} has a width of {width}, but the autoencoder "
                + $"in {folder} was made for "
                + $"{sae.Config.DIn}{(sae.Config.HookName is string made ? $" ({made} of {sae.Config.ModelName})" : "")}. Name the model and the hook point "
                    + $"that it was trained on.");
        }
        catch
        {
            loaded?.Dispose();
            sae.Dispose();
            throw;
        }
    }

    /// <summary>The tokens of texts, cut to the model's context.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="context">Most tokens of a document; 0 for the model's context.</param>
    public IReadOnlyList<int[]> Documents(IEnumerable<string> texts, int context = 0)
    {
        int most = Model.Model.Config.ContextLength;
        return TokenDocuments.Of(Model.Tokenizer, texts, context == 0 ? most : Math.Min(context, most));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sae.Dispose();
        Model.Dispose();
    }
}
