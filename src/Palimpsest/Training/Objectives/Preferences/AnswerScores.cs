using Palimpsest.Data.Batches;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>Log-probabilities of answers under a model.</summary>
internal static class AnswerScores
{
    /// <summary>The sum over each row's targets, differentiable.</summary>
    /// <param name="model">The model.</param>
    /// <param name="answers">The rows.</param>
    /// <param name="statistics">Receives figures of each target; or null.</param>
    /// <returns>[rows]</returns>
    public static Tensor Sums(CausalModel model, TokenBatch answers, TokenStatistics? statistics = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Device device = model.Context.Device;
        Tensor hidden = model.Hidden(tensor(answers.Ids, [answers.Batch, answers.Time], device: device), AttentionScope.Of(answers, device));
        Tensor numbers = model.LogProbabilities(hidden, answers.Rows, answers.Targets, statistics); // [targets]
        return zeros(answers.Batch, numbers.dtype, device).index_add(0, tensor(PreferenceBatch.RowsOf(answers), device: device), numbers,
            Palimpsest.Torch.Scalars.One).MoveToOuterDisposeScope();
    }

    /// <summary>The sums as constants.</summary>
    public static double[] Constant(CausalModel model, TokenBatch answers)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return [.. Sums(model, answers).to(ScalarType.Float64, CPU).data<double>()];
    }

    /// <summary>Targets of each row.</summary>
    public static double[] Lengths(TokenBatch answers)
    {
        double[] lengths = new double[answers.Batch];
        foreach (long row in PreferenceBatch.RowsOf(answers))
        {
            lengths[row]++;
        }

        return lengths;
    }
}
