namespace Palimpsest.Unlearning.Merging;

/// <summary>Which reading of Breadcrumbs is followed.</summary>
public enum BreadcrumbsForm
{
    /// <summary>Each tensor loses its int(gamma·n) largest entries and keeps the int(density·n) below them.</summary>
    Definition,

    /// <summary>mergekit: the same, but a tensor with int(gamma·n) = 0 loses everything.</summary>
    Mergekit,

    /// <summary>The authors' released code, by rows along the last dimension: keeps the int(density·n) largest, then drops the int(gamma·n) largest of those.</summary>
    RowsKeepFirst,

    /// <summary>The same, but the largest are dropped first.</summary>
    RowsDropFirst,
}
