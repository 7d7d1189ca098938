namespace Palimpsest.Runs;

/// <summary>How far a stage of a job has come.</summary>
/// <param name="Stage">What is being done, such as "training".</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all.</param>
/// <param name="Detail">Figures to show beside the bar.</param>
/// <param name="Left">Estimated time to the end of the stage.</param>
public sealed record JobProgress(string Stage, double Done, double Total, string Detail, TimeSpan Left);
