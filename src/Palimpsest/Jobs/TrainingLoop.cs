using Palimpsest.Training;

namespace Palimpsest.Jobs;

/// <summary>The course of a training inside a job: resume, log, held-out loss, early stopping; for every kind of experiment that trains.</summary>
public static class TrainingLoop
{
    /// <summary>Goes on from the newest checkpoint, if there is one, and trains to the end or until the job is told to stop. Every step goes into the run's
    /// metrics, with what the objective reports.</summary>
    /// <typeparam name="TBatch">What one pass is made of.</typeparam>
    /// <param name="trainer">The trainer, with the run's folder of checkpoints.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="context">The run and its log.</param>
    /// <param name="heldOut">Gives the held-out loss of the weights as they are; asked before the first step and every <see cref="TrainOptions.EvaluateEvery"/>
    /// steps. Null for none.</param>
    /// <returns>Whether the end was reached.</returns>
    /// <exception cref="PalimpsestException">As for <see cref="Trainer{TBatch}.Run"/> and <see cref="Trainer{TBatch}.TryResume"/>.</exception>
    public static bool Run<TBatch>(Trainer<TBatch> trainer, TrainOptions options, JobContext context, Func<double>? heldOut = null)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        trainer.Join(context.Ranks);
        bool resumed = trainer.TryResume();
        context.Run.TruncateMetrics(trainer.State.Step); // a killed process may have gone on after its last checkpoint
        if (resumed)
        {
            context.Log.Say($"Going on from step {trainer.State.Step} of {options.Steps}.");
        }
        else if (heldOut is not null)
        {
            Evaluate(0);
        }

        bool ended = trainer.Run(progress => TrainingLog.Write(progress, context), heldOut is null ? null : Evaluate, context.Stop);
        MemoryReport.Write(trainer.Memory, context);
        if (!ended)
        {
            return false;
        }

        if (trainer.StoppedEarly)
        {
            context.Log.Say($"Stopped early after step {trainer.State.Step}: {options.EarlyStopping!.Patience} evaluations without improvement; the best was at step {trainer.State.BestStep}.");
        }

        return true;

        double Evaluate(int step)
        {
            double loss = heldOut();
            context.Run.AppendMetrics(new Dictionary<string, double>(StringComparer.Ordinal) { ["held_out_loss"] = loss }, step);
            return loss;
        }
    }
}
