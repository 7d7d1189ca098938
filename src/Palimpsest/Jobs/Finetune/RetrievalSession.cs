using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Retrieval;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Objectives.Contrastive;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Teaches a sentence encoder which passage answers a query.</summary>
internal sealed class RetrievalSession : FinetuneSession
{
    private const int Depth = 10;
    private static readonly string[] s_metrics = ["ndcg_10", "recall_10", "mrr_10"];
    private readonly FinetuneRecipe _recipe;
    private readonly TorchContext _torch;
    private readonly JobContext _context;
    private readonly RetrievalData _data;
    private readonly SentenceEncoder _encoder;
    private readonly ContrastiveObjective _objective;
    private readonly PairBatch[] _heldOut;

    public RetrievalSession(FinetuneRecipe recipe, TorchContext torch, JobContext context)
    {
        (_recipe, _torch, _context) = (recipe, torch, context);
        string folder = EmbeddedModels.Resolve(recipe.Model.Name);
        if (!SentenceEncoder.Recognises(folder))
        {
            throw new PalimpsestException(
                $"{recipe.Model.Name}: task retrieval needs a sentence encoder, a folder of sentence-transformers with modules.json, "
                    + "1_Pooling/config.json and an encoder such as BERT. "
                + "A model that goes on with texts has no vectors for them.");
        }

        _data = RetrievalData.Of(recipe.Data);
        _encoder = SentenceEncoder.Load(folder, torch, recipe.Method.Lora is null ? LoadMode.Trainable : LoadMode.Mapped);
        try
        {
            _objective = new ContrastiveObjective(_encoder, recipe.Method.Contrastive ?? new ContrastiveOptions());
            PairEncoder encoder = Encoder();
            _heldOut = [.. _data.File.HeldOut.Select(encoder.Encode).OfType<PairSequences>().Chunk(recipe.Train.BatchSize).Select(PairBatch.Of)];
            if (_heldOut.Length == 0)
            {
                throw new PalimpsestException($"{_data.File.Name}: none of the {_data.File.HeldOut.Count} held-out pairs fits into "
                    + $"{encoder.MaxLength} tokens. Set data.too_long to truncate.");
            }
        }
        catch
        {
            _encoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string Subject => _data.Subject;

    /// <inheritdoc/>
    public override TransformerModel Model => _encoder.Model;

    /// <inheritdoc/>
    public override IEnumerable<string> Notes => _encoder.Tokenizer.Notes;

    /// <inheritdoc/>
    public override IReadOnlyList<Measurement> Measure() => Figures(new DenseRetriever(Passages, _encoder));

    /// <inheritdoc/>
    public override IReadOnlyList<JobBaseline> Baselines()
    {
        IEnumerable<JobBaseline> Words(bool stem)
        {
            LexicalRetriever words = new(Passages, stem: stem, say: _context.Log.Say);
            return Figures(words).Select(found =>
                new JobBaseline(words.Name,
                found with { Label = $"{(stem ? "BM25 of stems" : "BM25")}, {found.Label.Replace("held-out queries, ", "", StringComparison.Ordinal)}" }));
        }

        return [.. Words(stem: false), .. Words(stem: true)];
    }

    /// <inheritdoc/>
    public override double HeldOutLoss()
    {
        using IDisposable noGrad = no_grad();
        double total = 0;
        for (int i = 0; i < _heldOut.Length; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            total += Ops.Number(_objective.Sum(_heldOut[i], new ObjectivePass(0, i, _torch.Stream("held-out"), new StepFigures())));
        }

        return total / _objective.Begin(_heldOut, 0);
    }

    /// <inheritdoc/>
    public override FinetuneCourse? Train(Trainable trainable, JobContext context)
    {
        using PairBatches batches = new(_data.Stream(_torch), Encoder(), _recipe.Train.BatchSize, _torch.Stream("finetune", "batches"));
        using Trainer<PairBatch> trainer =
            new(trainable, _objective, _recipe.Train, batches, _torch.Stream("train"), new CheckpointStore(context.Run.Checkpoints));
        if (!TrainingLoop.Run(trainer, _recipe.Train, context, HeldOutLoss))
        {
            return null;
        }

        if (batches.LeftOut > 0)
        {
            context.Log.Say(string.Create(CultureInfo.InvariantCulture,
                $"{batches.LeftOut:N0} pairs were left out: a text has more than {Encoder().MaxLength:N0} tokens, or none."));
        }

        return new FinetuneCourse(trainer.State, batches.MeanLength, batches.LeftOut, batches.FillRate, batches.FillRate);
    }

    /// <inheritdoc/>
    public override void Save(string folder, ComputeType type) => _encoder.Save(folder, type);

    /// <inheritdoc/>
    public override string WeightsIn(string folder) => _encoder.EncoderIn(folder);

    /// <inheritdoc/>
    public override void SaveBeside(string folder) => _encoder.SaveBeside(folder);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _objective.Dispose();
        _encoder.Dispose();
    }

    private string[] Passages => [.. _data.Collection.Documents.Select(document => document.Text)];

    private PairEncoder Encoder() => new(text => _encoder.EncodeWhole(text), _encoder.Tokenizer.Cut,
        Math.Min(_recipe.LengthOf(Model), _encoder.MaxLength), _recipe.Data.TooLong);

    private Measurement[] Figures(IRetriever retriever) =>
        [.. RetrievalMeasures.Of(_data.Collection, retriever, Depth).Where(found => s_metrics.Contains(found.Metric)).Select(found =>
            found with { Label = $"held-out queries, {found.Label}" })];
}
