using Palimpsest.Data.Batches;
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
        return ByRow(answers, model.LogProbabilities(model.Hidden(answers), answers.Rows, answers.Targets, statistics)).MoveToOuterDisposeScope();
    }

    /// <summary>Adds up what belongs to the targets of each row.</summary>
    /// <param name="answers">The rows.</param>
    /// <param name="numbers">[targets]</param>
    /// <returns>[rows]</returns>
    public static Tensor ByRow(TokenBatch answers, Tensor numbers) => zeros(answers.Batch, numbers.dtype, numbers.device).index_add(
        0, tensor(PreferenceBatch.RowsOf(answers), device: numbers.device), numbers, Palimpsest.Torch.Scalars.One);

    /// <summary>What a frozen model is asked for.</summary>
    public static Tensor WithoutGradients(CausalModel model, Func<CausalModel, Tensor> read)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return read(model).MoveToOuterDisposeScope();
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
