//! The thread that writes the store, and deleting and restoring runs.
//! It is not on the path of the window: a stalled disk stalls training, never the screen.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, params};

use super::apply::apply;
use super::error::StoreError;
use super::files::Files;
use super::journal::StoreJournal;
use super::queue::{Queue, Work};
use super::{keep, schema};
use crate::protocol::{JobId, RunId};

/// Writes a store. Dropping it stores what is on its way.
#[derive(Debug)]
pub struct StoreWriter {
    path: PathBuf,
    files: Files,
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
    temporary: bool,
}

/// Bytes of reports that may be on their way to the disk.
const CAPACITY: usize = 32 << 20;

/// How long another process may keep the store locked before a job fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long dropping the writer may take.
const FAREWELL: Duration = Duration::from_secs(5);

impl StoreWriter {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = schema::open_for_writing(path)?;
        let files = Files::of(path);
        let queue = Arc::new(Queue::new(CAPACITY));
        let thread = std::thread::Builder::new().name("stillroom-store".to_owned()).spawn({
            let (queue, files) = (queue.clone(), files.clone());
            move || write(connection, &files, &queue)
        });
        let thread = thread.map_err(StoreError::file(path))?;
        Ok(Self { path: path.to_owned(), files, queue, thread: Some(thread), temporary: false })
    }

    /// A journal for an engine.
    pub fn journal(&self) -> StoreJournal {
        StoreJournal::new(self.path.clone(), self.files.clone(), self.queue.clone())
    }

    /// Where the store lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The same store, known to go when its user is done with it.
    #[must_use]
    pub fn as_temporary(mut self, temporary: bool) -> Self {
        self.temporary = temporary;
        self
    }

    /// Whether the store goes when its user is done with it.
    pub fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// Copies what is stored so far, with all of its files, to a path where no file is yet.
    ///
    /// # Errors
    /// When there is a file already, or none can be written.
    pub fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        keep::copy(&self.path, path)
    }

    /// Marks a run as deleted; nothing of it is lost.
    ///
    /// # Errors
    /// When there is no such run or the store cannot be written.
    pub fn delete_run(&self, run: RunId) -> Result<(), StoreError> {
        self.mark("run", run.0, run, Some(now_millis()))
    }

    /// Undoes [`Self::delete_run`].
    ///
    /// # Errors
    /// As there.
    pub fn restore_run(&self, run: RunId) -> Result<(), StoreError> {
        self.mark("run", run.0, run, None)
    }

    /// Marks a job and with it all its runs as deleted; nothing of it is lost.
    ///
    /// # Errors
    /// When there is no such job or the store cannot be written.
    pub fn delete_job(&self, job: JobId) -> Result<(), StoreError> {
        self.mark("job", job.0, job, Some(now_millis()))
    }

    /// Undoes [`Self::delete_job`].
    ///
    /// # Errors
    /// As there.
    pub fn restore_job(&self, job: JobId) -> Result<(), StoreError> {
        self.mark("job", job.0, job, None)
    }

    /// Keeps what waits for the running job, in place of what waited before. What it says is the caller's matter.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_waiting(&self, jobs: &[String]) -> Result<(), StoreError> {
        let mut connection = schema::open_for_writing(&self.path)?;
        let transaction = connection.transaction()?;
        transaction.execute("DELETE FROM waiting", [])?;
        for job in jobs {
            transaction.execute("INSERT INTO waiting (wish) VALUES (?1)", [job])?;
        }
        Ok(transaction.commit()?)
    }

    /// Lets the database have at most so many pages (or as many as it has), as if the disk were full.
    #[doc(hidden)]
    pub fn limit_pages(&self, pages: u32) {
        self.queue.limit_pages(pages);
    }

    /// Calls a job, and its runs, by another name. What its recipe says stays as it was run.
    ///
    /// # Errors
    /// When there is no such job or the store cannot be written.
    pub fn rename_job(&self, job: JobId, title: &str) -> Result<(), StoreError> {
        let mut connection = schema::open_for_writing(&self.path)?;
        let renaming = connection.transaction()?;
        if renaming.execute("UPDATE job SET title = ?2 WHERE id = ?1", params![job.0 as i64, title])? == 0 {
            return Err(StoreError::Unknown(job.to_string()));
        }
        renaming.execute("UPDATE run SET title = ?2 WHERE job = ?1", params![job.0 as i64, title])?;
        Ok(renaming.commit()?)
    }

    fn mark(&self, table: &str, id: u64, name: impl ToString, at: Option<i64>) -> Result<(), StoreError> {
        let connection = schema::open_for_writing(&self.path)?;
        let sql = format!("UPDATE {table} SET deleted_at = ?2 WHERE id = ?1");
        match connection.execute(&sql, params![id as i64, at])? {
            0 => Err(StoreError::Unknown(name.to_string())),
            _ => Ok(()),
        }
    }
}

impl Drop for StoreWriter {
    fn drop(&mut self) {
        if !self.queue.close(FAREWELL) {
            log::error!("the store did not take the last reports within {FAREWELL:?}; the job can be resumed");
        } else if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the store's thread has panicked; the job can be resumed");
        }
    }
}

/// The thread.
fn write(connection: Connection, files: &Files, queue: &Queue) {
    // Dropped in reverse: the last connection puts the WAL back into the file before anybody is told of the end.
    let _end = End(queue);
    let mut connection = connection;
    loop {
        match queue.next_work() {
            Work::Batch(lane, batch) => {
                let result = schema::patiently(PATIENCE, || apply(&mut connection, files, &batch));
                queue.finish(lane, &batch, result);
            }
            Work::PageLimit(pages) => {
                let limited = connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
                if let Err(error) = limited {
                    log::warn!("the number of pages is not limited: {error}");
                }
            }
            Work::End => break,
        }
    }
}

/// Tells of the thread's end, even if that was a panic: nobody must wait for ever.
struct End<'a>(&'a Queue);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn now_millis() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
