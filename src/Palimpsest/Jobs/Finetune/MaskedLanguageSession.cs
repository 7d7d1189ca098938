using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Preferences;
using Palimpsest.Evaluation;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Text;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Fills in hidden tokens of texts.</summary>
internal sealed class MaskedLanguageSession : EncoderSession
{
    private const int ShuffleBuffer = 4096;
    private readonly FinetuneFile _file;
    private readonly TokenMasking _masking;
    private readonly TokenBatch[] _heldOut;

    private MaskedLanguageSession(FinetuneRecipe recipe, TorchContext torch, FinetuneFile file, EncoderModel model, Tokenizer tokenizer)
        : base(recipe, torch, model, tokenizer, [])
    {
        _file = file;
        try
        {
            int mask = model.Config.Head != EncoderHead.MaskedLanguage
                ? throw new PalimpsestException($"{recipe.Model.Name}: has no head over hidden tokens. Task masked-language-model needs a folder of a "
                    + "masked-language model, such as BertForMaskedLM.")
                : tokenizer.MaskToken
                    ?? throw new PalimpsestException($"{recipe.Model.Name}: tokenizer_config.json names no mask_token, by which tokens are hidden. "
                        + "Name it there.");
            _masking = new TokenMasking(mask, tokenizer.VocabularySize, tokenizer.IsSpecial);
            _heldOut = [.. Batches(file.HeldOut).Select((batch, i) =>
                _masking.Hide(batch, torch.Stream("finetune", "held-out").Child(i.ToString(System.Globalization.CultureInfo.InvariantCulture))))];
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Reads data and model.</summary>
    public static MaskedLanguageSession Of(FinetuneRecipe recipe, TorchContext torch)
    {
        using ModelSource source = Open(recipe);
        Tokenizer tokenizer = source.ReadTokenizer();
        FinetuneFile file = FinetuneFile.Of(recipe.Data, AnswerForm.Plain);
        return new MaskedLanguageSession(recipe, torch, file, source.Load<EncoderModel>(torch, Mode(recipe)), tokenizer);
    }

    /// <inheritdoc/>
    public override string Subject => _file.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<Measurement> Measure()
    {
        List<double> nats = [], hidden = [];
        foreach (TokenBatch batch in _heldOut)
        {
            // A text is an item; one without a hidden token says nothing.
            foreach (IGrouping<long, float> text in Score(batch).Own.Zip(batch.Rows).GroupBy(found => found.Second / batch.Time, found => found.First))
            {
                nats.Add(-text.Sum(value => (double)value));
                hidden.Add(text.Count());
            }
        }

        return [new Measurement { Metric = "held_out_masked_perplexity", Label = "held-out texts, perplexity per hidden token",
            Unit = MeasurementUnit.Perplexity, Numerators = nats, Denominators = hidden }];
    }

    /// <inheritdoc/>
    public override double HeldOutLoss() => Math.Log(Measure()[0].Value);

    /// <inheritdoc/>
    public override FinetuneCourse? Train(Trainable trainable, JobContext context)
    {
        using MaskedTokens objective = new(Encoder, _masking, Torch.Stream("finetune", "masks"));
        return Train(trainable, context, new ExampleStream(_file.Training, Torch.Stream("finetune", "own"), ShuffleBuffer), objective);
    }
}
