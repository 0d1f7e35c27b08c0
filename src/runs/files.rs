//! The folder beside the database: weights, resume states and probe sets, each under the hash of its content.
//! A file is there in full or not at all, and reading one proves that it is what was written.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::StoreError;
use super::metrics::to_bytes;
use crate::protocol::JobId;
use crate::text::{number, phrase};

/// `<store>.files/`.
#[derive(Clone, Debug)]
pub(super) struct Files {
    root: PathBuf,
}

impl Files {
    /// The folder of the store at `path`; it is made when the first file comes.
    pub fn of(path: &Path) -> Self {
        let mut name = path.as_os_str().to_owned();
        name.push(".files");
        Self { root: name.into() }
    }

    /// Keeps `bytes` as `ab/cdef….ending` and returns that name.
    pub fn put(&self, bytes: &[u8], ending: &str) -> Result<String, StoreError> {
        let address = address(bytes);
        self.put_as(name_of(&address, ending), bytes)
    }

    /// The same of numbers, little-endian, of which there may be hundreds of megabytes: they are never copied as a whole.
    pub fn put_floats(&self, values: &[f32], ending: &str) -> Result<String, StoreError> {
        let mut hasher = Sha256::new();
        each_part(values, &mut |bytes| {
            hasher.update(bytes);
            Ok(())
        })
        .map_err(StoreError::file(&self.root))?;
        let address = number::hex(&hasher.finalize());
        let name = name_of(&address, ending);
        if self.is_whole(&name, &address) {
            return Ok(name);
        }
        self.write_as(name, &|file| each_part(values, &mut |bytes| file.write_all(bytes)))
    }

    /// Whether a file is what was written, read some at a time.
    fn is_whole(&self, name: &str, address: &str) -> bool {
        let read = || -> std::io::Result<String> {
            let mut hasher = Sha256::new();
            let (mut file, mut part) = (File::open(self.path(name))?, vec![0; 1 << 18]);
            loop {
                match file.read(&mut part)? {
                    0 => return Ok(number::hex(&hasher.finalize())),
                    len => hasher.update(&part[..len]),
                }
            }
        };
        read().is_ok_and(|found| found == address)
    }

    /// The address that a name was made of.
    pub fn address_in(name: &str) -> String {
        let path = Path::new(name);
        let folder = path.parent().unwrap_or(Path::new("")).to_string_lossy();
        format!("{folder}{}", path.file_stem().unwrap_or_default().to_string_lossy())
    }

    /// Keeps a resume state. It shares its file with no other job, so that it can be removed without asking them.
    pub fn put_resume(&self, job: JobId, bytes: &[u8]) -> Result<String, StoreError> {
        self.put_as(format!("{}/{}.bin", resume_folder(job), address(bytes)), bytes)
    }

    /// The content of a file.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        let path = self.path(name);
        let bytes = fs::read(&path).map_err(StoreError::file(&path))?;
        let address = address(&bytes);
        let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy();
        if address.ends_with(&*stem) {
            return Ok(bytes);
        }
        Err(StoreError::Damaged(phrase!("damaged-file", path = &path)))
    }

    /// Where a file lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Removes a file; one that cannot be removed is only wasted space.
    pub fn remove(&self, name: &str) {
        let path = self.path(name);
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            log::warn!("{} could not be removed: {error}", path.display());
        }
    }

    /// Removes all resume states of a job.
    pub fn remove_resume(&self, job: JobId) {
        let path = self.path(&resume_folder(job));
        if let Err(error) = fs::remove_dir_all(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            log::warn!("{} could not be removed: {error}", path.display());
        }
    }

    fn put_as(&self, name: String, bytes: &[u8]) -> Result<String, StoreError> {
        if self.read(&name).is_ok() {
            return Ok(name);
        }
        self.write_as(name, &|file| file.write_all(bytes))
    }

    fn write_as(&self, name: String, content: &dyn Fn(&mut File) -> std::io::Result<()>) -> Result<String, StoreError> {
        let path = self.path(&name);
        let folder = path.parent().unwrap_or(&self.root);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            content(file.as_file_mut())?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            // The name itself reaches the disk with its folder; not every platform can do this.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
            Ok(())
        };
        write().map_err(StoreError::file(&path))?;
        Ok(name)
    }
}

/// The name of a content: its SHA-256 in hexadecimal digits.
pub(super) fn address(bytes: &[u8]) -> String {
    number::hex(&Sha256::digest(bytes))
}

/// The folder and name of what lies under an address.
fn name_of(address: &str, ending: &str) -> String {
    format!("{}/{}.{ending}", &address[..2], &address[2..])
}

/// Hands on numbers as bytes, some at a time.
fn each_part(values: &[f32], take: &mut dyn FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
    values.chunks(1 << 16).try_for_each(|part| take(&to_bytes(part)))
}

fn resume_folder(job: JobId) -> String {
    format!("resume/{job}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_written_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::of(&folder.path().join("store.db"));
        let name = files.put(b"abc", "bin").unwrap();
        // FIPS 180-2, appendix B.1.
        assert_eq!(name, "ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.bin");
        assert_eq!(files.put(b"abc", "bin").unwrap(), name);
        assert_eq!(files.read(&name).unwrap(), b"abc");
        fs::write(files.path(&name), b"ab").unwrap();
        assert_eq!(files.read(&name).unwrap_err().code(), "store-damaged");
        // What was damaged is mended by writing it again.
        files.put(b"abc", "bin").unwrap();
        assert_eq!(files.read(&name).unwrap(), b"abc");
        assert_eq!(files.read("no/ne.bin").unwrap_err().code(), "store-file");
        assert_eq!(fs::read_dir(files.path("ba")).unwrap().count(), 1, "no temporary file stays behind");
    }
}
