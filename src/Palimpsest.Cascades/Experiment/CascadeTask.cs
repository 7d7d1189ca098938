namespace Palimpsest.Cascades.Experiment;

/// <summary>What is asked.</summary>
public enum CascadeTask
{
    /// <summary>Biographies of the embedded world whose words are blotted out: whose profession is it? Classifiers answer.</summary>
    Biographies,

    /// <summary>Facts of the embedded world: models write the answer, and check it.</summary>
    Facts,

    /// <summary>A file of texts with their classes. Classifiers answer.</summary>
    Texts,

    /// <summary>A file of questions with the answers that were recorded; nobody is asked.</summary>
    Recorded,
}
