//! What files are picked for.

/// A path asked for in the window itself.
#[derive(Clone, Debug, PartialEq)]
pub struct PathField {
    /// What the path is for.
    pub purpose: FilePurpose,
    /// What was typed so far.
    pub text: String,
}

/// What a file is picked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilePurpose {
    /// The teacher's checkpoint.
    OpenTeacher,
    /// Where the student's checkpoint goes.
    SaveStudent,
    /// Where every point of a run goes.
    ExportRun,
    /// Where the list of runs goes.
    ExportRuns,
    /// A recipe.
    OpenRecipe,
    /// Where the recipe goes.
    SaveRecipe,
    /// A folder of IDX files or of images.
    OpenDataFolder,
    /// A table.
    OpenDataFile,
    /// Where a temporary store goes.
    KeepStore,
    /// A photo for the lens.
    OpenPhoto,
    /// Where the picture of a panel goes.
    SaveFigure,
    /// Where the lens goes, for a browser.
    SavePage,
    /// The folder of a lesson.
    OpenLesson,
}

impl FilePurpose {
    /// Whether something is written to the path.
    pub fn writes(self) -> bool {
        match self {
            Self::SaveStudent
            | Self::SaveRecipe
            | Self::KeepStore
            | Self::ExportRun
            | Self::ExportRuns
            | Self::SaveFigure
            | Self::SavePage => true,
            Self::OpenTeacher
            | Self::OpenRecipe
            | Self::OpenDataFolder
            | Self::OpenDataFile
            | Self::OpenPhoto
            | Self::OpenLesson => false,
        }
    }
}
