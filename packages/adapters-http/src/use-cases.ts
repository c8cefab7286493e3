import type {
  AppendToUpload,
  Authenticate,
  AuthenticateMedia,
  AuthenticateUpload,
  BeginExternalLogin,
  BeginUpload,
  CancelUpload,
  CompleteExternalLogin,
  DeleteAudio,
  DeleteUser,
  EndOtherSessions,
  EndSession,
  FindUpload,
  GetUsage,
  GetUser,
  HoldUpload,
  ListAudio,
  ListAuditEvents,
  ListSessions,
  ListUsers,
  LogIn,
  LogOut,
  OpenAudio,
  RecordRateLimitedSignIn,
  RefreshSession,
  RegisterUser,
  SetQuota,
  UpdateAudio,
  UpdateOwnAccount,
  UpdateUser,
  UploadAudio,
} from '@audiohost/core'

/** What a caller sees of a use case: the classes fit, and so does an object with an `execute` of the same type. */
type UseCase<Class extends { execute: unknown }> = Pick<Class, 'execute'>

/** Every use case that a route calls. */
export interface UseCases {
  readonly registerUser: UseCase<RegisterUser>
  readonly logIn: UseCase<LogIn>
  readonly authenticate: UseCase<Authenticate>
  readonly authenticateMedia: UseCase<AuthenticateMedia>
  readonly authenticateUpload: UseCase<AuthenticateUpload>
  readonly refreshSession: UseCase<RefreshSession>
  readonly logOut: UseCase<LogOut>
  readonly listSessions: UseCase<ListSessions>
  readonly endSession: UseCase<EndSession>
  readonly endOtherSessions: UseCase<EndOtherSessions>
  readonly beginExternalLogin: UseCase<BeginExternalLogin>
  readonly completeExternalLogin: UseCase<CompleteExternalLogin>
  readonly getUsage: UseCase<GetUsage>
  readonly setQuota: UseCase<SetQuota>
  readonly getUser: UseCase<GetUser>
  readonly listUsers: UseCase<ListUsers>
  readonly updateUser: UseCase<UpdateUser>
  readonly listAuditEvents: UseCase<ListAuditEvents>
  readonly recordRateLimitedSignIn: UseCase<RecordRateLimitedSignIn>
  readonly updateOwnAccount: UseCase<UpdateOwnAccount>
  readonly deleteUser: UseCase<DeleteUser>
  readonly uploadAudio: UseCase<UploadAudio>
  readonly openAudio: UseCase<OpenAudio>
  readonly listAudio: UseCase<ListAudio>
  readonly updateAudio: UseCase<UpdateAudio>
  readonly deleteAudio: UseCase<DeleteAudio>
  readonly beginUpload: UseCase<BeginUpload>
  readonly appendToUpload: UseCase<AppendToUpload>
  readonly findUpload: UseCase<FindUpload>
  readonly cancelUpload: UseCase<CancelUpload>
  readonly holdUpload: UseCase<HoldUpload>
}
